import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, realpathSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError, messageOf } from '../errors.js'
import { failpoint } from '../failpoint.js'
import type { Sink, WrittenFile } from './contract.js'
import { filesOfPackage } from './package.js'
import { takeStaging } from './staging.js'

const BUFFER_BYTES = 1 << 20

/**
 * The folder that an export goes to. Files are written in a hidden folder inside it and get their names when all of them are
 * there; one that exists is replaced only if that was allowed. What a dead export left is cleaned up by the next one.
 */
export class ExportFolder {
  /** Absolute, links followed. */
  readonly path: string
  readonly #staging: { readonly path: string; readonly remove: () => void }
  readonly #planned: ReadonlySet<string>
  readonly #written: WrittenFile[] = []
  #open: OutputFile | undefined

  /**
   * Makes the folder if it is not there.
   * @param planned the files that will be written, in the order in which they get their names
   * @throws AppError `bad-output` if the folder cannot be used, or holds one of the files and `force` is not set
   */
  constructor(path: string, planned: readonly string[], { force }: { force: boolean }) {
    checkNames(planned)
    this.#planned = new Set(planned)
    try {
      mkdirSync(path, { recursive: true })
      this.path = realpathSync(path)
      for (const name of planned) checkPlace(this.path, name, force)
      this.#staging = takeStaging(this.path)
    } catch (error) {
      throw outputError(error, path)
    }
  }

  /** A place for temporary files of this export, that goes with it. */
  scratch(name: string): string {
    return join(this.#staging.path, `.${name}`)
  }

  /** Writes one of the planned files; it is not there under its name until `commit`. */
  create(name: string): OutputFile {
    if (!this.#planned.has(name)) throw new Error(`${name} was not planned`)
    try {
      const staged = join(this.#staging.path, name)
      mkdirSync(dirname(staged), { recursive: true })
      this.#open = new OutputFile(name, staged, (file) => this.#written.push(file))
      return this.#open
    } catch (error) {
      throw outputError(error, this.path)
    }
  }

  /**
   * Gives all files their names, in the order of the plan, and takes away what the export before had beside them, if nobody has
   * changed it since: a folder holds one export. The file that says what is there goes first and comes last.
   */
  commit(packageFile: string): void {
    const written = new Set(this.#written.map(({ path }) => path))
    try {
      const earlier = this.#earlier(packageFile).filter(({ path }) => !written.has(path))
      rmSync(join(this.path, packageFile), { force: true })
      for (const file of earlier) this.#removeUnchanged(file)
      for (const name of this.#planned) {
        if (!written.has(name)) throw new Error(`${name} was not written`)
        const place = join(this.path, name)
        mkdirSync(dirname(place), { recursive: true })
        failpoint('mid-export')
        renameSync(join(this.#staging.path, name), place)
      }
      syncFolder(this.path)
    } catch (error) {
      throw outputError(error, this.path)
    } finally {
      this.discard()
    }
  }

  #earlier(packageFile: string): WrittenFile[] {
    const path = join(this.path, packageFile)
    return existsSync(path) ? filesOfPackage(readFileSync(path, 'utf8')).filter(({ path: name }) => SAFE_NAME.test(name)) : []
  }

  #removeUnchanged({ path, bytes, sha256 }: WrittenFile): void {
    const place = join(this.path, path)
    const there = lstatSync(place, { throwIfNoEntry: false })
    if (there?.isFile() !== true || there.size !== bytes || sha256Of(place) !== sha256) return
    rmSync(place)
    removeEmptyFolders(this.path, dirname(path))
  }

  /** Leaves nothing behind but what has its name. */
  discard(): void {
    this.#open?.abandon()
    this.#staging.remove()
  }
}

/** One file being written: counts and hashes on the way. */
export class OutputFile implements Sink {
  readonly #name: string
  readonly #done: (file: WrittenFile) => void
  readonly #hash = createHash('sha256')
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #fd: number | undefined
  #used = 0
  #bytes = 0

  constructor(name: string, path: string, done: (file: WrittenFile) => void) {
    this.#name = name
    this.#done = done
    this.#fd = openSync(path, 'wx')
  }

  /** @throws AppError `output-full` */
  write(chunk: string | Uint8Array): void {
    const size = typeof chunk === 'string' ? chunk.length * 3 : chunk.byteLength
    if (this.#used + size > BUFFER_BYTES) this.#flush()
    if (size > BUFFER_BYTES) return this.#put(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    if (typeof chunk === 'string') this.#used += this.#buffer.write(chunk, this.#used)
    else {
      this.#buffer.set(chunk, this.#used)
      this.#used += chunk.byteLength
    }
  }

  /** Ends the file: from here on it survives a power cut. */
  close(): WrittenFile {
    this.#flush()
    try {
      if (this.#fd !== undefined) fsyncSync(this.#fd)
    } catch (error) {
      throw outputError(error, this.#name)
    }
    this.abandon()
    const file = { path: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
    this.#done(file)
    return file
  }

  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #flush(): void {
    if (this.#used > 0) this.#put(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }

  #put(bytes: Uint8Array): void {
    if (this.#fd === undefined) throw new Error(`${this.#name} is closed`)
    try {
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#fd, bytes, done)
    } catch (error) {
      throw outputError(error, this.#name)
    }
    this.#hash.update(bytes)
    this.#bytes += bytes.byteLength
  }
}

function sha256Of(path: string): string {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  const fd = openSync(path, 'r')
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) hash.update(buffer.subarray(0, read))
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

/** Removes folders of partitions that have nothing left in them, from the inside out. */
function removeEmptyFolders(root: string, inner: string): void {
  for (let folder = inner; folder !== '.'; folder = dirname(folder)) {
    if (readdirSync(join(root, folder)).length > 0) return
    rmdirSync(join(root, folder))
  }
}

/** Letters, digits and a few signs, no part that begins with a dot: such a name cannot leave its folder, on no system. */
const SAFE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.=-]*(\/[A-Za-z0-9_][A-Za-z0-9_.=-]*)*$/

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (!SAFE_NAME.test(name)) throw new AppError('bad-output', `"${name}" is not the name of a file in it`)
    if (seen.has(name.toLowerCase())) throw new AppError('bad-output', `two files would be named ${name}`)
    seen.add(name.toLowerCase())
  }
}

/** No file is there already, unless that is allowed, and no part of its path is a link that leads elsewhere. */
function checkPlace(folder: string, name: string, force: boolean): void {
  const parts = name.split('/')
  for (const [i] of parts.entries()) {
    const path = join(folder, ...parts.slice(0, i + 1))
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (there === undefined) return
    if (i < parts.length - 1 && !there.isDirectory()) throw new AppError('bad-output', `${path} is in the way`)
    if (i === parts.length - 1 && there.isDirectory()) throw new AppError('bad-output', `${path} is a folder`)
    if (i === parts.length - 1 && !force) throw new AppError('bad-output', `${path} exists; --force replaces the export that is there`)
  }
}

/** What the file system says, as one of the catalogue's errors. */
function outputError(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO') return new AppError('output-full', `${path}: ${messageOf(error)}`, { cause: error })
  return typeof code === 'string' ? new AppError('bad-output', `${path}: ${messageOf(error)}`, { cause: error }) : error
}

/** Makes the renames survive a power cut; not every system can do that. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
