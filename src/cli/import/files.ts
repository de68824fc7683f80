import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError } from '../../errors.js'
import { inUtf8 } from './encoding.js'

/** A file of stored answers. */
export interface AnswerFile {
  readonly name: string
  /** When it was last written, in Unix milliseconds. */
  readonly writtenAt: number
  readonly bytes: number
}

const STDIN = '-'
const NAMES = /\.(json|jsonl|ndjson|har)(\.gz)?$/i

/**
 * The files that are meant, in a fixed order: of a folder, those below it whose names end in `.json`,
 * `.jsonl`, `.ndjson` or `.har`, with or without `.gz`; `-` is standard input.
 * @throws AppError `bad-usage` for one that is not there
 */
export function answerFiles(names: readonly string[]): AnswerFile[] {
  return names.flatMap(name => {
    if (name === STDIN) return [{ name, writtenAt: Date.now(), bytes: 0 }]
    const stat = statSync(name, { throwIfNoEntry: false })
    if (stat === undefined) throw new AppError('bad-usage', `${name} does not exist; nothing was imported`)
    if (!stat.isDirectory()) return [{ name, writtenAt: stat.mtimeMs, bytes: stat.size }]
    const found = readdirSync(name, { recursive: true, encoding: 'utf8' }).filter(file => NAMES.test(file))
    return found
      .toSorted()
      .map(file => fileAt(join(name, file)))
      .filter(file => file !== undefined)
  })
}

function fileAt(name: string): AnswerFile | undefined {
  const stat = statSync(name, { throwIfNoEntry: false })
  return stat?.isFile() === true ? { name, writtenAt: stat.mtimeMs, bytes: stat.size } : undefined
}

/** Whether its name says that it has one value a line. */
export function hasLines({ name }: AnswerFile): boolean {
  return /\.(jsonl|ndjson)(\.gz)?$/i.test(name)
}

/**
 * The text of a file as UTF-8, in pieces; gzip is known by its first bytes. Throws where it cannot be read or
 * is cut off.
 */
export async function* textOf(
  { name }: AnswerFile,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const raw = name === STDIN ? process.stdin : createReadStream(name, { highWaterMark: 256 * 1024 })
  const pieces = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await pieces.next()
  if (first.done === true) return
  async function* whole(): AsyncGenerator<Buffer> {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) {
      onBytes(piece.value.length)
      yield piece.value
    }
  }
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b
  yield* inUtf8(isGzip ? gunzipped(whole()) : whole())
}

function gunzipped(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // Its errors come to whoever reads it.
  return pipeline(pieces, createGunzip(), () => undefined)
}
