import { readFileSync } from 'node:fs'
import { AppError, messageOf } from '../errors.js'

/** Files that Node's loader opens at once, and connections, are fewer than this. */
const ENOUGH_FILES = 256

const SHORTAGES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE'])

/** The want of descriptors, where an error is due to it. */
export function shortageBehind(error: unknown): AppError | undefined {
  const code = codeOf(error)
  // The loader takes a package for missing whose files it may not open.
  const isShort = SHORTAGES.has(code) || (code === 'ERR_MODULE_NOT_FOUND' && mostFiles() < ENOUGH_FILES)
  return isShort ? new AppError('no-descriptors', messageOf(error), { cause: error }) : undefined
}

/** The most files that this process may have open; Infinity where the system does not say. */
function mostFiles(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? Infinity : Number(limit)
  } catch (error) {
    return SHORTAGES.has(codeOf(error)) ? 0 : Infinity
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
