import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { takeWriteLock } from '../db/index.js'
import { AppError } from '../errors.js'
import { plainFile } from '../paths.js'

/**
 * The hidden folder in which an export's files are written before they get their names, followed by six
 * characters of chance.
 */
const PREFIX = '.sora-crawl-export-'
const NAME = /^\.sora-crawl-export-[A-Za-z0-9]{6}$/
const LOCK = 'export'
/**
 * In a folder of ours: what it is, and one a line the names that its export has given or was about to give.
 */
const NOTE = 'sora-crawl-export.txt'
const NOTE_BEGINS =
  'Files that an export of sora-crawl is writing; the next export into the folder above deletes this one.\n'

/** The hidden folder of one export. */
export interface Staging {
  readonly path: string
  /** Files that exports before have put in place and died before they could say so. */
  readonly left: readonly string[]
  /** Notes the names that are about to be given, for whoever comes after a death. */
  readonly note: (names: readonly string[]) => void
  /** Takes away what dead exports left. */
  readonly clean: () => void
  readonly remove: () => void
}

/**
 * Makes a hidden folder for one export that nobody else has. What a dead export left is known by its name,
 * the note in it and its free lock; anything else is not ours, and stays.
 * @throws AppError `bad-output` if another export is writing to the folder
 */
export function takeStaging(folder: string): Staging {
  const path = mkdtempSync(join(folder, PREFIX))
  const unlock = lock(path)
  const remove = (): void => {
    // Gone before the lock is free, so that nobody who comes next has it taken away.
    rmSync(path, { recursive: true, force: true })
    unlock?.()
  }
  const note = (names: readonly string[]): void =>
    writeFileSync(join(path, NOTE), NOTE_BEGINS + names.map(name => `${name}\n`).join(''))
  try {
    if (unlock === undefined) throw new AppError('bad-output', `${path} was taken away`)
    note([])
    const dead = otherStagings(path)
    const left = dead.flatMap(other => namesIn(other) ?? [])
    note(left)
    return { path, left, note, clean: () => dead.forEach(removeDead), remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** @throws AppError `bad-output` if the export of one of them is alive */
function otherStagings(own: string): string[] {
  const folder = dirname(own)
  const others = readdirSync(folder)
    .filter(name => NAME.test(name) && name !== basename(own))
    .map(name => join(folder, name))
    .filter(path => namesIn(path) !== undefined)
  for (const other of others) {
    const unlock = lock(other)
    if (unlock === undefined) throw new AppError('bad-output', `another export is writing to ${folder}`)
    unlock()
  }
  return others
}

/** The names in the note of a folder of ours; undefined for whatever is none. */
function namesIn(path: string): string[] | undefined {
  const note = join(path, NOTE)
  if (
    lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true ||
    plainFile(note) === undefined ||
    plainFile(lockFile(path)) === undefined
  )
    return undefined
  const text = readFileSync(note, 'utf8')
  return text.startsWith(NOTE_BEGINS) ? text.slice(NOTE_BEGINS.length).split('\n').filter(Boolean) : undefined
}

function removeDead(path: string): void {
  if (namesIn(path) !== undefined) rmSync(path, { recursive: true, force: true })
}

const lockFile = (path: string): string => join(path, `${LOCK}.lock`)

/** @returns undefined if somebody else has it, or it has gone meanwhile */
function lock(path: string): (() => void) | undefined {
  try {
    const unlock = takeWriteLock(join(path, LOCK))
    if (existsSync(lockFile(path))) return unlock
    unlock()
  } catch (error) {
    // Of the lock's own file, which nobody has heard of, the reason alone is told.
    if (!(error instanceof AppError) || error.code !== 'locked')
      throw error instanceof AppError ? (error.cause ?? error) : error
  }
  return undefined
}
