import { LISTS_OF_ANSWERS } from '../../crawl/index.js'
import { Elements } from './elements.js'
import type { Found } from './found.js'
import { Lines } from './lines.js'

/** Takes a text in pieces and gives the values in it. */
interface Splitter {
  push(piece: Buffer): Found[]
  end(): Found[]
}

/** A first line that is longer tells nothing. */
const LONGEST_FIRST = 4 * 1024 * 1024

/**
 * The values in a UTF-8 text that comes in pieces: one a line where the first line is a value by itself, else
 * the elements of lists, the items of manifests and archives, or whole objects one after the other. Holds one
 * value at a time.
 * @param isLines whether its name says that it is one a line
 */
export async function* valuesIn(pieces: AsyncIterable<Buffer>, isLines: boolean): AsyncGenerator<Found> {
  let splitter: Splitter | undefined
  let head: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    if (splitter === undefined) {
      head = head.length === 0 ? piece : Buffer.concat([head, piece])
      splitter = chosen(head, isLines, false)
      if (splitter !== undefined) yield* splitter.push(head)
    } else yield* splitter.push(piece)
  }
  if (splitter === undefined) {
    splitter = chosen(head, isLines, true) ?? new Lines()
    yield* splitter.push(head)
  }
  yield* splitter.end()
}

/** Undefined while the beginning is too short to tell. */
function chosen(head: Buffer, isLines: boolean, isAll: boolean): Splitter | undefined {
  const from = head.findIndex(byte => byte > 0x20)
  if (from === -1) return undefined
  const end = head.indexOf(0x0a, from)
  if (end === -1 && !isAll && head.length < LONGEST_FIRST) return undefined
  const first = head.toString('utf8', from, end === -1 ? head.length : end).trim()
  return isAnswer(first) || (isLines && first.length > 1) ? new Lines() : new Elements()
}

/** A line that holds a manifest is read as one. */
function isAnswer(line: string): boolean {
  if (!line.startsWith('{')) return false
  try {
    const value = JSON.parse(line) as Record<string, unknown>
    return LISTS_OF_ANSWERS.every(name => !((name.split('.')[0] as string) in value))
  } catch {
    return false
  }
}
