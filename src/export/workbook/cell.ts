import type { SqlValue } from '../../db/index.js'
import type { Column, Remarks } from '../contract.js'
import { textOf } from '../formats/values.js'
import { STYLES } from './parts.js'

/** Characters that Excel takes in a cell. */
const MAX_CELL = 32_767
/** From here on Excel would change the last digits of a whole number. */
const MOST_EXACT = 10n ** 15n
const DAY_MS = 86_400_000
/** Day 0 of a workbook; days before March 1900 are counted wrongly by Excel, as by its forerunner. */
const EPOCH_MS = Date.UTC(1899, 11, 30)
const FIRST_DAY_MS = Date.UTC(1900, 2, 1)
const LAST_DAY_MS = Date.UTC(10_000, 0, 1)

/** A cell of a row, at its place; nothing for NULL. */
export function cellXml(place: string, value: SqlValue, { type }: Column, remarks: Remarks): string {
  if (value === null) return ''
  if (type === 'boolean' && typeof value === 'bigint')
    return `<c r="${place}" t="b"><v>${value === 0n ? 0 : 1}</v></c>`
  if (typeof value === 'bigint' && value < MOST_EXACT && value > -MOST_EXACT)
    return `<c r="${place}"><v>${value}</v></c>`
  if (typeof value === 'number' && Number.isFinite(value)) return `<c r="${place}"><v>${value}</v></c>`
  const day = type === 'time' && typeof value === 'string' ? dayOf(value) : null
  if (day !== null) return `<c r="${place}" s="${STYLES.time}"><v>${day}</v></c>`
  return textCell(place, textOf(value), remarks)
}

/** A cell of text, which is no formula whatever it begins with. */
export function textCell(place: string, text: string, remarks: Remarks, style = ''): string {
  return `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${escaped(cut(text, remarks), remarks)}</t></is></c>`
}

/** Days since day 0, in UTC; null for what is no time that Excel knows. */
function dayOf(time: string): number | null {
  const ms = Date.parse(time)
  return ms >= FIRST_DAY_MS && ms < LAST_DAY_MS ? (ms - EPOCH_MS) / DAY_MS : null
}

function cut(text: string, remarks: Remarks): string {
  if (text.length <= MAX_CELL) return text
  remarks.cellsCut += 1
  const kept = text.slice(0, MAX_CELL)
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}

// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const SPECIAL = /[&<>\u0000-\u0008\u000B-\u001F\uD800-\uDFFF\uFFFE\uFFFF]|_x[0-9A-Fa-f]{4}_/
const EACH_SPECIAL = new RegExp(`${SPECIAL.source}`, 'gu')
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Characters that XML cannot hold are written as workbooks write them, `_x0007_`; so is what looks like that. */
function escaped(text: string, remarks: Remarks): string {
  if (!SPECIAL.test(text)) return text
  return text.replaceAll(EACH_SPECIAL, found => {
    if (found === '\0') {
      remarks.nulRemoved += 1
      return ''
    }
    if (found.startsWith('_x')) return `_x005F${found}`
    if (!found.isWellFormed()) return '\uFFFD'
    return ENTITIES[found] ?? `_x${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}_`
  })
}
