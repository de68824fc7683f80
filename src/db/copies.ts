import { closeSync, constants, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { plainFile } from '../paths.js'

/** 'SORA' in ASCII: the mark by which a file is known as one of this program's. */
export const APPLICATION_ID = 0x53_4f_52_41

/** What stands beside a database and is called a copy of it. */
export interface Copies {
  /**
   * Those that this program made: before it changed the tables, `<file>.backup-<time>`, also ones that were
   * never finished; and logs of a database that was overwritten under a crawl, `<file>.log-<time>`.
   */
  readonly own: readonly string[]
  /**
   * What has such a name and is something else: links, folders, files of the user's. Nobody but the user
   * touches them.
   */
  readonly others: readonly string[]
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d{3})?Z(?<unfinished>\.part)?$/
/** What SQLite and this program put beside a copy that somebody opens. */
const BESIDE = /-(?:wal|shm|journal)$|\.lock$/

/** The copies of a database, told from whatever else has their names. Reads the first bytes of each. */
export function copiesOf(file: string): Copies {
  const prefix = `${basename(file)}.backup-`
  const all = namesIn(dirname(file))
  const names = all.filter(name => name.startsWith(prefix))
  const logs = all.filter(name => isOldLog(join(dirname(file), name), name, `${basename(file)}.log-`))
  const own = [...names.filter(name => isCopy(join(dirname(file), name), name.slice(prefix.length))), ...logs]
  const beside = own.flatMap(name =>
    names.filter(
      other =>
        other.startsWith(name) &&
        BESIDE.test(other) &&
        other.replace(BESIDE, '') === name &&
        plainFile(join(dirname(file), other)) !== undefined,
    ),
  )
  const known = new Set([...own, ...beside])
  const paths = (some: readonly string[]): string[] => some.toSorted().map(name => join(dirname(file), name))
  return { own: paths([...known]), others: paths(names.filter(name => !known.has(name))) }
}

/** Those that a process left that died as it made them. */
export function unfinishedCopies(file: string): string[] {
  return copiesOf(file).own.filter(name => name.endsWith('.part'))
}

function namesIn(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder)
}

function isCopy(path: string, rest: string): boolean {
  const name = TIME.exec(rest)
  if (name === null || plainFile(path) === undefined) return false
  const header = headerOf(path)
  if (header === undefined) return false
  // The first page of a copy that is not finished may be the last that is written.
  return isOurs(header) || (name.groups?.['unfinished'] !== undefined && header.every(byte => byte === 0))
}

function isOldLog(path: string, name: string, prefix: string): boolean {
  if (!name.startsWith(prefix) || !TIME.test(name.slice(prefix.length)) || plainFile(path) === undefined)
    return false
  const header = headerOf(path)
  return header !== undefined && header.length >= 4 && LOG_MAGIC.has(header.readUInt32BE(0))
}

/** How a log of SQLite begins, by the byte order of its checksums. */
const LOG_MAGIC: ReadonlySet<number> = new Set([0x37_7f_06_82, 0x37_7f_06_83])

const MAGIC = 'SQLite format 3\0'

function isOurs(header: Buffer): boolean {
  return (
    header.length === HEADER_BYTES &&
    header.toString('latin1', 0, MAGIC.length) === MAGIC &&
    header.readUInt32BE(68) === APPLICATION_ID
  )
}

const HEADER_BYTES = 100

/** The first bytes of a file; undefined if it cannot be read, or has become a link meanwhile. */
function headerOf(path: string): Buffer | undefined {
  let handle: number | undefined
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const header = Buffer.alloc(HEADER_BYTES)
    return header.subarray(0, readSync(handle, header, 0, HEADER_BYTES, 0))
  } catch {
    return undefined
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}
