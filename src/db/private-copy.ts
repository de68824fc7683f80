import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError, messageOf } from '../errors.js'

/** A copy of a database in a folder for temporary files, which nobody else can read. */
export interface PrivateCopy {
  readonly file: string
  /** Deletes it. A connection that has opened it goes on reading it. */
  remove(): void
}

/** Whether a database can be written where it is: SQLite keeps the log beside the file. */
export function canBeWritten(file: string): boolean {
  return isWritable(file) && isWritable(dirname(file))
}

/** Whether SQLite said that it can make no log beside a file; without one it does not even read it. */
export function lacksPlaceForLog(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^SQLITE_(READONLY|CANTOPEN)/.test(code)
}

/**
 * Copies a database that SQLite cannot open where it is, with the commits that are in its log alone.
 * @throws AppError `temporary-full`, `unreadable-place`
 */
export function copyFile(file: string): PrivateCopy {
  return makeCopy(file, copy => {
    copyUnchanged(file, copy)
    foldLog(copy)
  })
}

/**
 * Copies a database through a connection to it, as it is at one moment.
 * @throws AppError `temporary-full`, `unreadable-place`; whatever SQLite says of a damaged file
 */
export function copyThrough(sqlite: Database.Database, file: string): PrivateCopy {
  return makeCopy(file, copy => void sqlite.prepare('VACUUM INTO ?').run(copy))
}

function makeCopy(file: string, fill: (copy: string) => void): PrivateCopy {
  const folder = makeFolder(file)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, basename(file))
    fill(copy)
    return { file: copy, remove }
  } catch (error) {
    remove()
    throw isFull(error) ? noRoom(file) : error
  }
}

function makeFolder(file: string): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'sora-crawl-'))
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize > bytesOf(file)) return folder
    rmSync(folder, { recursive: true })
  } catch (error) {
    if (!isFull(error))
      throw new AppError(
        'unreadable-place',
        `${file}: its folder cannot be written, and no copy can be made in ${tmpdir()} (${messageOf(error)})`,
        { cause: error },
      )
  }
  throw noRoom(file)
}

function noRoom(file: string): AppError {
  return new AppError(
    'temporary-full',
    `${file} has to be copied to be used, and ${tmpdir()} has no room for ` +
      `${Math.ceil(bytesOf(file) / 1e6)} MB`,
  )
}

function isFull(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || code === 'SQLITE_FULL'
}

const TRIES = 3
/**
 * What of a database is beside its file: the log, and what a program that wrote without one has not undone
 * yet.
 */
const BESIDE = ['-wal', '-journal']

/**
 * Someone who may write there could do so meanwhile: half of one state and half of another is no database.
 */
function copyUnchanged(file: string, copy: string): void {
  for (let n = 0; n < TRIES; n += 1) {
    const before = stateOf(file)
    copyPart(file, copy)
    for (const part of BESIDE) {
      rmSync(copy + part, { force: true })
      if (existsSync(file + part)) copyPart(file + part, copy + part)
    }
    if (stateOf(file) === before) return
  }
  throw new AppError(
    'unreadable-place',
    `${file} is being written, and its folder cannot be written from here`,
  )
}

function copyPart(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
    chmodSync(to, 0o600)
  } catch (error) {
    if (isFull(error)) throw error
    throw new AppError('unreadable-place', `${from} cannot be copied (${messageOf(error)})`, { cause: error })
  }
}

function stateOf(file: string): string {
  return JSON.stringify(
    ['', ...BESIDE].map(part => {
      const state = statSync(file + part, { throwIfNoEntry: false })
      return state && [state.ino, state.size, state.mtimeMs]
    }),
  )
}

/** Puts what is in the log alone into the file, which then needs none. */
function foldLog(file: string): void {
  const sqlite = new Database(file)
  try {
    sqlite.pragma('synchronous = OFF')
    sqlite.pragma('journal_mode = DELETE')
  } finally {
    sqlite.close()
  }
}

function bytesOf(file: string): number {
  return [file, `${file}-wal`].reduce(
    (sum, part) => sum + (statSync(part, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
