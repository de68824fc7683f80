import type { SqlValue } from '../../db/index.js'
import type { Row } from './query-process.js'

/** How an answer is written: a beginning, rows in batches, an end. */
export interface RowFormat {
  begin(columns: readonly string[]): string
  rows(batch: readonly Row[]): string
  /** @param failure what went wrong after the beginning; null if nothing did */
  end(failure: Failure | null): string
}

export interface Failure {
  readonly error: { readonly code: string; readonly message: string }
  readonly exit_code: number
}

/** A value as text; BLOBs as hexadecimal digits, NULL as null. */
export function textOf(value: SqlValue): string | null {
  if (value === null) return null
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}
