import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError, messageOf } from '../errors.js'

/** Where a file is to be, and beside which database. */
interface Place {
  readonly db: string
  /** Whether a file that is there is replaced. */
  readonly force: boolean
}

/**
 * Whether a file may be written there; asked before the work that it takes to fill it.
 * @throws AppError `bad-usage`
 */
export function checkPlace(file: string, { db, force }: Place): void {
  if (!existsSync(file)) return
  if (!statSync(file).isFile()) throw new AppError('bad-usage', `${file} is not a file`)
  if (isOfDatabase(file, db)) throw new AppError('bad-usage', `${file} belongs to the database`)
  if (!force) throw new AppError('bad-usage', `${file} exists; --force replaces it`)
}

function isOfDatabase(file: string, db: string): boolean {
  const real = realpathSync(file)
  const database = existsSync(db) ? realpathSync(db) : resolve(db)
  return ['', '-wal', '-shm', '.lock'].some((end) => real === database + end)
}

/**
 * Writes a file as a whole: beside its place first, so that a program that dies on the way leaves no half of it there.
 * @throws AppError `bad-usage` if it cannot be written, or has come to be there meanwhile
 */
export function writeWhole(file: string, text: string, place: Place): void {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.part`)
  try {
    mkdirSync(dirname(file), { recursive: true })
    const handle = openSync(draft, 'wx')
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    checkPlace(file, place)
    if (place.force) renameSync(draft, file)
    else linkSync(draft, file)
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('bad-usage', `${file} cannot be written: ${messageOf(error)}`, { cause: error })
  } finally {
    rmSync(draft, { force: true })
  }
}
