import type { SqlValue } from '../../db/index.js'
import type { Remarks } from '../contract.js'

/** A value as text; BLOBs, which only queries have, as hexadecimal digits. */
export function textOf(value: Exclude<SqlValue, null>): string {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

/** No reader of CSV takes NUL for text; many end the file there. */
export function withoutNul(text: string, remarks: Remarks): string {
  if (!text.includes('\0')) return text
  const kept = text.replaceAll('\0', '')
  remarks.nulRemoved += text.length - kept.length
  return kept
}

/** One field of RFC 4180. */
export function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
