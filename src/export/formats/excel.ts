import type { SqlValue } from '../../db/index.js'
import type { Column, Format, Remarks } from '../contract.js'
import { writeLines } from './lines.js'
import { quoted, textOf, withoutNul } from './values.js'

/** Rows and characters that Excel takes; the header is a row, too. */
const MAX_ROWS = 1_048_575
const MAX_CELL = 32_767

const BOM = '\uFEFF'

/**
 * CSV for double-clicking. What Excel would run as a formula, or take for a number or a date though it is
 * text, has an apostrophe before it, also where only a part of the text would become a cell; line ends are
 * spaces; cells are cut at what Excel takes.
 */
export const excel: Format = {
  name: 'excel',
  extension: 'csv',
  mediaType: 'text/csv',
  maxRows: MAX_ROWS,
  *write(source, sink, remarks) {
    const { columns } = source
    sink.write(`${BOM}${columns.map(({ name }) => quoted(guarded(name))).join(',')}\n`)
    yield* writeLines(
      source,
      sink,
      row => `${columns.map((column, i) => cellOf(row[i] ?? null, column, remarks)).join(',')}\n`,
    )
  },
}

function cellOf(value: SqlValue, { type }: Column, remarks: Remarks): string {
  if (value === null) return ''
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  const text = withoutNul(textOf(value), remarks).replaceAll(/\r\n|[\r\n\u2028\u2029]/g, ' ')
  return quoted(cut(type === 'time' && TIME.test(text) ? text : guarded(text), remarks))
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
/**
 * Full-width signs begin formulas where Excel is Japanese or Chinese; what cannot be seen may stand before.
 */
const FORMULA = /^[\s\p{Cf}]*[=+\-@\u2212\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r]/u
/** Where lists have semicolons, Excel splits lines at these, in quotes or not: what follows begins a cell. */
const CELL_WITHIN = /;(?=[\s\p{Cf}"]*[=+\-@\u2212\uFF1D\uFF0B\uFF0D\uFF20])/gu
const NUMBER = /^[\s\d.,:/\\%$€£()+-]*\d[\s\d.,:/\\%$€£()eE+-]*$/
const DATE = /^(?=.*\d)[\s\d./-]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s\d.,/-]*$/i

/** Text that Excel leaves as it is. */
function guarded(text: string): string {
  const safe = text.replaceAll(CELL_WITHIN, "$&'")
  return FORMULA.test(safe) || NUMBER.test(safe) || DATE.test(safe) ? `'${safe}` : safe
}

function cut(text: string, remarks: Remarks): string {
  if (text.length <= MAX_CELL) return text
  remarks.cellsCut += 1
  const kept = text.slice(0, MAX_CELL)
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}
