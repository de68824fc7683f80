import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes at the front of the log, and in front of each page in it. */
const LOG_HEADER = 32
const FRAME_HEADER = 24
/**
 * Where the first page of a database, which is also its header, has the number that grows as that page is
 * written.
 */
const COUNTER = 24

const OUT_OF_STEP = 'is of another state of the file'

/**
 * Whether a log continues a file. SQLite does not ask: it plays what the log holds into whatever file it
 * finds beside it, such as a backup that was put back. Each image of the first page in the log has the file's
 * counter as it was when that was written: the file must stand between just before the first and the last of
 * them.
 * @param header the first 100 bytes of the database
 * @returns what is wrong, in words; undefined where nothing is, or the log does not tell
 */
export function logMismatch(header: () => Buffer, log: string): string | undefined {
  for (;;) {
    const before = generationOf(log)
    if (before === undefined) return undefined
    const counter = header().readUInt32BE(COUNTER)
    const range = counters(log)
    // A crawl may begin its log anew between two looks.
    if (generationOf(log) !== before) continue
    if (range === undefined) return undefined
    return counter >= range.first - 1 && counter <= range.last ? undefined : OUT_OF_STEP
  }
}

/**
 * The two numbers by which pages of this log are told from those that an earlier one left behind them;
 * undefined for no log.
 */
function generationOf(log: string): string | undefined {
  return withFile(log, read => {
    const header = read(0, LOG_HEADER)
    return header.length < LOG_HEADER ? undefined : header.toString('latin1', 16, 24)
  })
}

function counters(log: string): { first: number; last: number } | undefined {
  return withFile(log, read => {
    const header = read(0, LOG_HEADER)
    if (header.length < LOG_HEADER) return undefined
    const salts = header.subarray(16, 24)
    const step = FRAME_HEADER + header.readUInt32BE(8)
    let found: { first: number; last: number } | undefined
    let pending: number | undefined
    for (let at = LOG_HEADER; ; at += step) {
      const frame = read(at, FRAME_HEADER + COUNTER + 4)
      if (frame.length < FRAME_HEADER + COUNTER + 4 || !frame.subarray(8, 16).equals(salts)) return found
      if (frame.readUInt32BE(0) === 1) pending = frame.readUInt32BE(FRAME_HEADER + COUNTER)
      // Pages belong to the database once the last page of their transaction, which names its size, is there.
      if (frame.readUInt32BE(4) === 0 || pending === undefined) continue
      found = { first: found?.first ?? pending, last: pending }
    }
  })
}

function withFile<T>(file: string, look: (read: (at: number, length: number) => Buffer) => T): T | undefined {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch {
    return undefined
  }
  const buffer = Buffer.alloc(64)
  try {
    return look((at, length) => Buffer.from(buffer.subarray(0, readSync(handle, buffer, 0, length, at))))
  } finally {
    closeSync(handle)
  }
}
