import { readFileSync } from 'node:fs'
import { AppError, messageOf } from '../errors.js'

/** Files that Node's loader opens at once, and connections, are fewer than this. */
const ENOUGH_FILES = 256

/** The want of descriptors, where an error is due to it. */
export function shortageBehind(error: unknown): AppError | undefined {
  const { code } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  if (code === 'EMFILE' || code === 'ENFILE') return new AppError('no-descriptors', messageOf(error), { cause: error })
  // The loader takes a package for missing whose files it may not open.
  return code === 'ERR_MODULE_NOT_FOUND' && mostFiles() < ENOUGH_FILES ? new AppError('no-descriptors', `${mostFiles()} are allowed`, { cause: error }) : undefined
}

/** The most files that this process may have open; Infinity where the system does not say. */
function mostFiles(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? Infinity : Number(limit)
  } catch {
    return Infinity
  }
}
