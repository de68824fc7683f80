import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { AppError, isNoRoom, messageOf } from '../errors.js'
import { isOfDatabase } from '../paths.js'

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
  // Also where nothing is yet: SQLite would take it for its log.
  if (isOfDatabase(file, db)) throw new AppError('bad-usage', `${file} belongs to the database`)
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there === undefined) return
  if (there.isSymbolicLink())
    throw new AppError('bad-usage', `${file} is a link; name the file that it leads to`)
  if (!there.isFile()) throw new AppError('bad-usage', `${file} is not a file`)
  if (!force) throw new AppError('bad-usage', `${file} exists; --force replaces it`)
}

/**
 * Writes a file as a whole: beside its place first, so that a program that dies on the way leaves no half of
 * it there.
 * @throws AppError `output-full`; `bad-usage` if it cannot be written otherwise, or has come to be there
 *   meanwhile
 */
export function writeWhole(file: string, text: string, place: Place): void {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.part`)
  let isOurs = false
  try {
    mkdirSync(dirname(file), { recursive: true })
    const handle = openSync(draft, 'wx')
    isOurs = true
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
    throw writeError(error, file)
  } finally {
    if (isOurs) rmSync(draft, { force: true })
  }
}

function writeError(error: unknown, file: string): AppError {
  if (error instanceof AppError) return error
  return isNoRoom(error)
    ? new AppError('output-full', `${file}: ${messageOf(error)}`, { cause: error })
    : new AppError('bad-usage', `${file} cannot be written: ${messageOf(error)}`, { cause: error })
}
