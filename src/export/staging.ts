import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { takeWriteLock } from '../db/index.js'
import { AppError } from '../errors.js'

/** The hidden folder in which an export's files are written before they get their names. */
const STAGING = '.sora-crawl-export'
const LOCK = 'export'

/**
 * Takes the hidden folder for one export, and empties it of what a dead one left: whose lock is free is dead.
 * @returns its path, and how to remove it
 * @throws AppError `bad-output` if another export is using it
 */
export function takeStaging(folder: string): { path: string; remove: () => void } {
  const path = join(folder, STAGING)
  const unlock = lock(folder, join(path, LOCK))
  for (const name of readdirSync(path)) {
    if (!name.startsWith(`${LOCK}.lock`)) rmSync(join(path, name), { recursive: true, force: true })
  }
  const remove = (): void => {
    // Gone before the lock is free, so that nobody who comes next has it taken away.
    rmSync(path, { recursive: true, force: true })
    unlock()
  }
  return { path, remove }
}

function lock(folder: string, file: string): () => void {
  try {
    const unlock = takeWriteLock(file)
    if (existsSync(`${file}.lock`)) return unlock
    unlock()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'locked') throw error
  }
  throw new AppError('bad-output', `another export is writing to ${folder}`)
}
