import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { failpoint } from '../failpoint.js'
import { plainFile } from '../paths.js'
import type { WrittenFile } from './contract.js'
import { OutputFile, outputError } from './output-file.js'
import { checkNames, checkPlace, earlierExport, type EarlierExport } from './places.js'
import { takeStaging, type Staging } from './staging.js'

/**
 * The folder that an export goes to. Files are written in a hidden folder inside it and get their names when
 * all of them are there; one that exists is replaced only if that was allowed. What a dead export left is
 * cleaned up by the next one.
 */
export class ExportFolder {
  /** Absolute, links followed. */
  readonly path: string
  readonly #staging: Staging
  readonly #planned: ReadonlySet<string>
  readonly #force: boolean
  readonly #earlier: EarlierExport
  readonly #written: WrittenFile[] = []
  #open: OutputFile | undefined

  /**
   * Makes the folder if it is not there.
   * @param planned the files that will be written, in the order in which they get their names
   * @throws AppError `bad-output` if the folder cannot be used, or holds one of the files and that is no
   *   export's or `force` is not set
   */
  constructor(path: string, planned: readonly string[], { force }: { force: boolean }) {
    checkNames(planned)
    this.#planned = new Set(planned)
    this.#force = force
    try {
      mkdirSync(path, { recursive: true })
      this.path = realpathSync(path)
      this.#staging = takeStaging(this.path)
    } catch (error) {
      throw outputError(error, path)
    }
    try {
      this.#earlier = earlierExport(this.path, this.#staging.left)
      for (const name of planned) this.#checkPlace(name)
      this.#staging.note([...this.#earlier.names])
      this.#staging.clean()
    } catch (error) {
      this.discard()
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
      this.#open = new OutputFile(name, staged, file => this.#written.push(file))
      return this.#open
    } catch (error) {
      throw outputError(error, this.path)
    }
  }

  /**
   * Gives all files their names, in the order of the plan, and takes away what the export before had beside
   * them, if nobody has changed it since: a folder holds one export. The file that says what is there goes
   * first and comes last.
   */
  commit(packageFile: string): void {
    const written = new Set(this.#written.map(({ path }) => path))
    try {
      for (const name of this.#planned) this.#checkPlace(name)
      this.#staging.note([...new Set([...this.#earlier.names, ...this.#planned])])
      rmSync(join(this.path, packageFile), { force: true })
      for (const file of this.#earlier.files) if (!written.has(file.path)) this.#removeUnchanged(file)
      for (const name of this.#planned) {
        if (!written.has(name)) throw new Error(`${name} was not written`)
        this.#checkPlace(name)
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

  /** Looked at before the work and again before each name is given: others use the folder meanwhile. */
  #checkPlace(name: string): void {
    checkPlace(this.path, name, this.#force ? this.#earlier.names : null)
  }

  #removeUnchanged({ path, bytes, sha256 }: WrittenFile): void {
    const place = join(this.path, path)
    if (plainFile(place)?.size !== bytes || realpathSync(place) !== place || sha256Of(place) !== sha256)
      return
    rmSync(place)
    removeEmptyFolders(this.path, dirname(path))
  }

  /** Leaves nothing behind but what has its name. */
  discard(): void {
    this.#open?.abandon()
    this.#staging.remove()
  }
}

const BUFFER_BYTES = 1 << 20

function sha256Of(path: string): string {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  const fd = openSync(path, 'r')
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer))
      hash.update(buffer.subarray(0, read))
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
