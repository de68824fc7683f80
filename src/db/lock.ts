import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../errors.js'
import { checkForWriting, databaseError } from './open.js'
import { checkOneName } from './place.js'

/**
 * The one write lock of a database: an exclusive transaction held open on a small file beside it. The kernel
 * frees it when its holder dies, however it dies, so that no dead process ever blocks. Nothing is made beside
 * a file that is refused.
 * @param file its real name
 * @returns how to let go
 * @throws AppError `locked` at once if another process holds it; `second-name` for a file with other names,
 *   which have other locks; `bad-database`, `newer-database`, `stale-log`
 */
export function takeWriteLock(file: string): () => void {
  checkOneName(file)
  checkForWriting(file)
  const path = `${file}.lock`
  let sqlite: Database.Database | undefined
  try {
    makeFolder(dirname(path))
    sqlite = new Database(path, { timeout: 0 })
    sqlite.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    sqlite?.close()
    const known = databaseError(error, path)
    throw known instanceof AppError && known.code === 'locked' ? new AppError('locked', file) : known
  }
  const held = sqlite
  return () => held.close()
}

/**
 * Step by step: Node's own recursive form never returns where a parent accepts no folders (such as under
 * /proc).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}
