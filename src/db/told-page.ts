import type { Subject } from './port.js'
import type { PageRows } from './schema/index.js'

/** A page that has been read, with all that its rows depend on beside it. */
export interface ToldPage {
  readonly pageId: number
  readonly runId: number
  readonly requestId: number
  readonly streamId: number
  readonly stream: string
  readonly subject: Subject
  /** 0 for an answer from elsewhere, which belongs to no pass. */
  readonly pass: number
  /** Its number within the pass, from 1, and the records that earlier pages had served. */
  readonly page: number
  readonly servedBefore: number
  /** In a full crawl: the newest request of the ledger when it was committed. */
  readonly sighting: number | null
  /** When it came. */
  readonly at: string
  readonly rows: PageRows
  /** The name of the ranked list that its order belongs to. */
  readonly ranks: string | null
  readonly programVersion: string
  /** Whether its time counts, and not its place in the order of commits. */
  readonly isPast: boolean
}

/**
 * Whether all that a page lists has been left out, as its records were of people whom the database was told
 * to forget.
 */
export function isLeftOut({ listed, rejects }: Pick<PageRows, 'listed' | 'rejects'>): boolean {
  return rejects.length === 0 && listed.length > 0 && listed.every(item => item === undefined)
}
