import { Pseudonyms, takeKey, withoutNames, type Dataset } from '../export/index.js'
import { AppError } from '../errors.js'
import type { Output } from './output.js'

export interface PseudonymFlags {
  readonly pseudonymize: boolean
  readonly keyFile?: string
  readonly out: string
  readonly db: string
}

/** The default of `--name`, which says nothing. */
export const QUERY_NAME = 'query'

/**
 * What gives the pseudonyms that the flags ask for; null if they ask for none. The key is read, or made, when
 * it is first asked for.
 * @throws AppError `bad-usage`; `bad-key-file` when asked
 */
export function askedPseudonyms(
  { pseudonymize, keyFile, out, db }: PseudonymFlags,
  output: Output,
): (() => Pseudonyms) | null {
  if (pseudonymize !== (keyFile !== undefined))
    throw new AppError(
      'bad-usage',
      '--pseudonymize and --key-file FILE go together: without the key, pseudonyms could not be made again',
    )
  if (keyFile === undefined) return null
  let made: Pseudonyms | undefined
  const make = (): Pseudonyms => {
    const { key, isNew } = takeKey(keyFile, { out, db })
    if (isNew)
      output.note(
        `A new key was written to ${keyFile}, which only its owner can read. Keep it: with it the ` +
          'next export has the same pseudonyms, and who has it can tell who is behind them.',
      )
    return new Pseudonyms(key)
  }
  return () => (made ??= make())
}

/**
 * A query's answer as it is described under pseudonyms.
 * @throws AppError `bad-usage` if it was given somebody's name
 */
export function withoutNamesOf(dataset: Dataset, pseudonyms: Pseudonyms): Dataset {
  const { name } = dataset
  if (name !== QUERY_NAME && pseudonyms.text(name) !== name)
    throw new AppError('bad-usage', `--name: ${name} is what somebody is called, and would be in the export`)
  return withoutNames(dataset, text => pseudonyms.text(text))
}
