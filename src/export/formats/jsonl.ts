import type { SqlValue } from '../../db/index.js'
import type { Column, Format } from '../contract.js'
import { writeLines } from './lines.js'
import { textOf } from './values.js'

/** One JSON object a line, all columns in order; integers with all their digits, JSON columns as JSON. */
export const jsonl: Format = {
  name: 'jsonl',
  extension: 'jsonl',
  mediaType: 'application/jsonl',
  maxRows: Infinity,
  write(source, sink) {
    const fields = source.columns.map(column => ({ before: `${JSON.stringify(column.name)}:`, column }))
    return writeLines(
      source,
      sink,
      row =>
        `{${fields.map(({ before, column }, i) => before + jsonOf(row[i] ?? null, column)).join(',')}}\n`,
    )
  },
}

function jsonOf(value: SqlValue, { type }: Column): string {
  if (value === null) return 'null'
  if (type === 'boolean' && typeof value === 'bigint') return value === 0n ? 'false' : 'true'
  if (type === 'json' && typeof value === 'string' && isJson(value)) return onOneLine(value)
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  return JSON.stringify(textOf(value))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** As it is, so that numbers keep their digits; valid JSON has line ends only between its tokens. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]+/g, ' ')
}
