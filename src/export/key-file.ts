import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { AppError, isNoRoom, messageOf } from '../errors.js'
import { isInside, isOfDatabase, samePlace } from '../paths.js'
import { decodeText } from '../text-file.js'

const LEAST_BYTES = 32
/** Anything larger is another file, named by mistake. */
const MOST_BYTES = 4_096

/**
 * The key of pseudonyms: what a file holds, without white space at its ends. If there is no such file, one is
 * made, with 32 random bytes in hexadecimal digits, that only its owner can read.
 * @param out the folder of the export: a key in it would go wherever the export goes
 * @param db the database: a key in the place of its log would be taken for one
 * @throws AppError `bad-key-file`, `output-full`
 */
export function takeKey(
  file: string,
  { out, db }: { readonly out: string; readonly db: string },
): { readonly key: Uint8Array; readonly isNew: boolean } {
  try {
    if (isOfDatabase(file, db)) throw refused(file, 'belongs to the database')
    const isNew = !existsSync(file)
    if (isInside(file, out) || (!isNew && existsSync(out) && hasNameIn(file, out)))
      throw refused(file, 'is inside the folder of the export, and would be passed on with it')
    if (isNew) makeKey(file)
    return { key: readKey(file), isNew }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw isNoRoom(error)
      ? new AppError('output-full', `${file}: ${messageOf(error)}`, { cause: error })
      : refused(file, messageOf(error), error)
  }
}

/** A whole key or none: half of one would be refused for ever after. */
function makeKey(file: string): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(handle, `${randomBytes(LEAST_BYTES).toString('hex')}\n`)
    fsyncSync(handle)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
}

function readKey(file: string): Uint8Array {
  const { mode, size } = checkedFile(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw refused(file, `can be read by others than its owner; \`chmod 600 ${file}\` ends that`)
  if (size > MOST_BYTES) throw refused(file, `is too large for a key: it has ${size} bytes`)
  const key = keyOf(readFileSync(file))
  if (key.length < LEAST_BYTES)
    throw refused(
      file,
      `is too short for a key: it has ${key.length} bytes, and ${LEAST_BYTES} are the least`,
    )
  if (new Set(key).size < 8) throw refused(file, 'is no key: it repeats itself')
  return key
}

/**
 * A key of ASCII characters is the same one in every encoding that editors save text in; any other bytes are
 * taken as they are.
 */
function keyOf(bytes: Buffer): Buffer {
  const text = decodeText(bytes).trim()
  return Buffer.from(/^[\x20-\x7e]*$/.test(text) ? text : bytes.toString('latin1').trim(), 'latin1')
}

/** Nothing is waited for that may never come, such as the end of a pipe. */
function checkedFile(file: string): { mode: number; size: number } {
  const stats = statSync(file)
  if (!stats.isFile()) throw refused(file, 'is not a file')
  return stats
}

function refused(file: string, why: string, cause?: unknown): AppError {
  return new AppError('bad-key-file', `${file} ${why}`, { cause })
}

/** Whether a file has a second name in a folder. */
function hasNameIn(file: string, folder: string): boolean {
  const { nlink } = statSync(file)
  return (
    nlink > 1 &&
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(name =>
      samePlace(join(folder, name), file),
    )
  )
}
