import type { SqlValue } from '../../db/index.js'
import type { Format, Remarks } from '../contract.js'

const BATCH_ROWS = 500

/** RFC 4180 with LF, UTF-8 without BOM; NULL is empty and unquoted, the empty string is `""`. */
export const csv: Format = {
  name: 'csv',
  extension: 'csv',
  mediaType: 'text/csv',
  maxRows: Infinity,
  *write(source, sink, remarks) {
    sink.write(csvLine(source.columns.map(({ name }) => name), remarks))
    let lines = ''
    let rows = 0
    for (const row of source.rows()) {
      lines += csvLine(row, remarks)
      rows += 1
      if (rows < BATCH_ROWS && lines.length < 65_536) continue
      sink.write(lines)
      yield rows
      lines = ''
      rows = 0
    }
    sink.write(lines)
    yield rows
  },
}

function csvLine(row: readonly SqlValue[], remarks: Remarks): string {
  return `${row.map((value) => csvField(value, remarks)).join(',')}\n`
}

function csvField(value: SqlValue, remarks: Remarks): string {
  if (value === null) return ''
  if (typeof value !== 'string') return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
  const text = value.includes('\0') ? withoutNul(value, remarks) : value
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** No reader of CSV takes NUL for text; many end the file there. */
function withoutNul(text: string, remarks: Remarks): string {
  const kept = text.replaceAll('\0', '')
  remarks.nulRemoved += text.length - kept.length
  return kept
}
