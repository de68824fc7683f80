import { isUtf8 } from 'node:buffer'

/**
 * The bytes of a text as UTF-8 without a byte order mark, whether they come as UTF-8 or UTF-16; bytes that
 * are no valid text become U+FFFD. A character never spans two pieces.
 */
export async function* inUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let read: ((piece: Buffer, isLast: boolean) => Buffer) | undefined
  let head: Buffer = NOTHING
  for await (const piece of pieces) {
    if (read !== undefined) {
      yield read(piece, false)
      continue
    }
    head = head.length === 0 ? piece : Buffer.concat([head, piece])
    if (head.length < LONGEST_MARK) continue
    read = readerOf(head)
    yield read(withoutMark(head), false)
  }
  if (read !== undefined) yield read(NOTHING, true)
  else if (head.length > 0) yield readerOf(head)(withoutMark(head), true)
}

const NOTHING = Buffer.alloc(0)
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const LONGEST_MARK = 4

function withoutMark(head: Buffer): Buffer {
  if (head.subarray(0, 3).equals(UTF8_MARK)) return head.subarray(3)
  return isMarked(head, 0xff, 0xfe) || isMarked(head, 0xfe, 0xff) ? head.subarray(2) : head
}

const isMarked = (head: Buffer, first: number, second: number): boolean =>
  head[0] === first && head[1] === second

/**
 * JSON begins with an ASCII character: where a zero is beside it, and there is no mark, it is UTF-16 all the
 * same.
 */
function readerOf(head: Buffer): (piece: Buffer, isLast: boolean) => Buffer {
  if (isMarked(head, 0xff, 0xfe) || (head.length > 1 && head[0] !== 0 && head[1] === 0))
    return utf16('utf-16le')
  if (isMarked(head, 0xfe, 0xff) || (head.length > 1 && head[0] === 0 && head[1] !== 0))
    return utf16('utf-16be')
  return utf8()
}

function utf16(label: string): (piece: Buffer, isLast: boolean) => Buffer {
  const decoder = new TextDecoder(label)
  return (piece, isLast) => Buffer.from(decoder.decode(piece, { stream: !isLast }))
}

function utf8(): (piece: Buffer, isLast: boolean) => Buffer {
  let rest: Buffer = NOTHING
  return (piece, isLast) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const end = isLast ? bytes.length : endOfWhole(bytes)
    rest = bytes.subarray(end)
    const whole = bytes.subarray(0, end)
    return isUtf8(whole) ? whole : Buffer.from(whole.toString())
  }
}

/** Where the last character begins, if it goes on in the next piece; else the end. */
function endOfWhole(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at -= 1) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return bytes.length - at < needed ? at : bytes.length
  }
  return bytes.length
}
