import { packing, type SqlValue } from '../../db/index.js'
import { AppError } from '../../errors.js'
import type { Format, Remarks, RowSource, Sink } from '../contract.js'
import { writeLines } from './lines.js'
import { quoted, textOf, withoutNul } from './values.js'

/**
 * RFC 4180 with LF, UTF-8 without BOM; NULL is empty and unquoted, the empty string is `""`, NUL is left out.
 */
export const csv: Format = {
  name: 'csv',
  extension: 'csv',
  mediaType: 'text/csv',
  maxRows: Infinity,
  write: (source, sink, remarks) =>
    source.packed === undefined
      ? writeRows(source, sink, remarks)
      : writePacked(source, source.packed(), sink, remarks),
}

/** The same bytes as `writePacked`, value by value: for what SQLite cannot hand over in blocks. */
export function* writeRows(source: RowSource, sink: Sink, remarks: Remarks): Generator<number, void> {
  sink.write(headerOf(source))
  yield* writeLines(source, sink, row => csvLine(row, remarks))
}

export function* writePacked(
  source: RowSource,
  blocks: Iterable<{ rows: number; bytes: Uint8Array }>,
  sink: Sink,
  remarks: Remarks,
): Generator<number, void> {
  sink.write(headerOf(source))
  const unpacker = new CsvUnpacker(remarks)
  for (const { rows, bytes } of blocks) {
    sink.write(unpacker.unpack(bytes, rows * source.columns.length))
    yield rows
  }
}

function headerOf({ columns }: RowSource): string {
  return `${columns.map(({ name }) => quoted(name)).join(',')}\n`
}

function csvLine(row: readonly SqlValue[], remarks: Remarks): string {
  return `${row.map(value => (value === null ? '' : quoted(withoutNul(textOf(value), remarks)))).join(',')}\n`
}

const COMMA = 0x2c
const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22

const PLAIN = 0
const SPECIAL = 1
const NOTHING = 2
const NEXT_VALUE = 3
const NEXT_ROW = 4
/** What each byte is, so that one look tells the many that need nothing from the few that do. */
const MEANINGS = new Uint8Array(256)
for (const byte of [COMMA, QUOTE, LF, CR, 0]) MEANINGS[byte] = SPECIAL
MEANINGS[packing.nothing] = NOTHING
MEANINGS[packing.value] = NEXT_VALUE
MEANINGS[packing.row] = NEXT_ROW

/**
 * Packed rows as lines of CSV. A loop over bytes: it looks at each once, copies it, and goes back only to the
 * few values that have to be quoted.
 */
class CsvUnpacker {
  readonly #remarks: Remarks
  #target = Buffer.allocUnsafe(1 << 20)

  constructor(remarks: Remarks) {
    this.#remarks = remarks
  }

  /**
   * @param values how many there must be
   * @returns the lines, valid until the next call
   * @throws AppError `bad-database` where a text has bytes that are not UTF-8
   */
  unpack(source: Uint8Array, values: number): Uint8Array {
    // A value grows to twice its size and two quotes at most, if all of it is quotes.
    const most = source.length * 2 + values * 2 + 1
    if (this.#target.length < most) this.#target = Buffer.allocUnsafe(most)
    const target = this.#target
    let at = 0
    let start = 0
    let isSpecial = false
    let isNull = false
    let found = 0
    for (let i = 0; i < source.length; i += 1) {
      const byte = source[i] as number
      target[at] = byte
      at += 1
      const meaning = MEANINGS[byte]
      if (meaning === PLAIN) continue
      if (meaning === SPECIAL) isSpecial = true
      else if (meaning === NOTHING) {
        isNull = true
        at -= 1
      } else {
        if (isSpecial || (i === start && !isNull))
          at = this.#field(source, start, i, at - 1 - (i - start)) + 1
        target[at - 1] = meaning === NEXT_VALUE ? COMMA : LF
        start = i + 1
        isSpecial = false
        isNull = false
        found += 1
      }
    }
    if (found !== values)
      throw new AppError(
        'bad-database',
        'a text has bytes that are not UTF-8, which this program does not write',
      )
    return target.subarray(0, at)
  }

  /**
   * Writes a value anew from where it begins, in quotes if it needs them. @returns where the next one begins
   */
  #field(source: Uint8Array, start: number, end: number, from: number): number {
    const target = this.#target
    let at = from
    let isPlain = true
    target[at] = QUOTE
    at += 1
    for (let i = start; i < end; i += 1) {
      const byte = source[i] ?? 0
      if (byte === 0) {
        this.#remarks.nulRemoved += 1
        continue
      }
      if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) isPlain = false
      if (byte === QUOTE) {
        target[at] = QUOTE
        at += 1
      }
      target[at] = byte
      at += 1
    }
    if (isPlain && at > from + 1) {
      // NUL alone has brought us here: without it the value needs no quotes.
      target.copyWithin(from, from + 1, at)
      return at - 1
    }
    target[at] = QUOTE
    return at + 1
  }
}
