import type { ListName } from '../../crawl/index.js'

/** Where something stands in a file. */
interface Place {
  readonly line: number
  /** The how manyth value it is, from 1 on; undefined where each line is one. */
  readonly value?: number
}

/**
 * The text of a JSON value, with the list that it is of; or what is wrong there; or what is left out there.
 */
export type Found = Place &
  (
    | {
        readonly text: string
        readonly list?: ListName | undefined
        readonly exportedAt?: string | undefined
      }
    | { readonly problem: string }
    | { readonly leftOut: string; readonly count: number }
  )

/** A value longer than this is no answer of this API: 32 MB of body, escaped as text at worst. */
export const LONGEST = 64 * 1024 * 1024
