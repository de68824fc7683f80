import { lstatSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'

/** More links than this in a row lead in a circle. */
const MOST_LINKS = 40

/**
 * Where a name leads: absolute, and links followed as far as there is something, those that lead to nothing
 * yet as well. What the system does with `link/..`, which is not what the text says, is done here too.
 */
export function realPlace(path: string): string {
  return followed(isAbsolute(path) ? path : `${process.cwd()}${sep}${path}`, MOST_LINKS)
}

function followed(path: string, linksLeft: number): string {
  const real = realPathOf(path)
  const parent = dirname(path)
  if (real !== undefined || parent === path) return real ?? path
  const folder = followed(parent, linksLeft)
  const place = join(folder, basename(path))
  const target = linksLeft === 0 ? undefined : targetOf(place)
  return target === undefined ? place : followed(resolve(folder, target), linksLeft - 1)
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Whether two names are of one place: by any links, hard links and mounts. */
export function samePlace(one: string, other: string): boolean {
  return realPlace(one) === realPlace(other) || isSameFile(one, other)
}

/**
 * Whether a file is below a folder, or would be: by where it is and by its name as well, since a link in a
 * folder goes where the folder goes.
 */
export function isInside(path: string, folder: string): boolean {
  const root = realPlace(folder)
  return [realPlace(path), resolve(path)].some(place =>
    foldersAbove(place).some(above => above === root || isSameFile(above, root)),
  )
}

/** The files that are one database: itself, SQLite's own beside it, and its lock. */
export const DATABASE_ENDS: readonly string[] = ['', '-wal', '-shm', '-journal', '.lock']

/**
 * Whether a name is that of a database, or of a file that belongs to it, also of one that is not there yet.
 */
export function isOfDatabase(path: string, db: string): boolean {
  return DATABASE_ENDS.some(end => samePlace(path, realPlace(db) + end))
}

/** What is at a place, links not followed, if it is a file of its own: no link, folder, pipe or device. */
export function plainFile(path: string): Stats | undefined {
  const there = lstatSync(path, { throwIfNoEntry: false })
  return there?.isFile() === true ? there : undefined
}

function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [identityOf(one), identityOf(other)]
  return first !== undefined && first === second
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return ino === 0n ? undefined : `${dev}:${ino}`
  } catch {
    return undefined
  }
}
