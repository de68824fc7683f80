import { setImmediate } from 'node:timers/promises'
import { provenanceOf, Snapshot, type CopiedPart, type NameReplacer, type Provenance } from '../db/index.js'
import type { Dataset, Remarks, Resource, Task, TaskMaker, WrittenFile } from './contract.js'
import { ExportFolder } from './folder.js'
import { PACKAGE_FILE, packageText } from './package.js'
import { README_FILE, readmeText } from './readme.js'

export interface ExportRequest {
  readonly db: string
  readonly out: string
  readonly force: boolean
  readonly makers: readonly TaskMaker[]
  /** The datasets that the makers write as tables, and since when: for README.md. */
  readonly datasets: readonly Dataset[]
  readonly since: string | null
  /**
   * Gives pseudonyms, in a copy of the database from which everything is then exported; null leaves ids and
   * names as they are. Asked for once nothing else is in the way.
   */
  readonly pseudonyms: (() => NameReplacer) | null
  /** What of the database the makers need: the copy has no more. */
  readonly needs: CopiedPart
  readonly signal: AbortSignal
  readonly onProgress: (progress: ExportProgress) => void
}

export interface ExportProgress {
  /** The file that is being written; null while rows are made ready. */
  readonly path: string | null
  readonly files: { readonly done: number; readonly all: number }
  readonly rows: { readonly done: number; readonly all: number }
}

export interface ExportedFile extends WrittenFile {
  readonly rows: number
  readonly format: string
  readonly dataset: string | null
  readonly resource: Resource
}

export interface ExportReport extends Remarks {
  readonly folder: string
  readonly files: readonly ExportedFile[]
}

/** The event loop gets its turn this often: for progress, and to notice that the export is to stop. */
const TURN_MS = 50

/**
 * Writes files from one instant of the database into a folder; they get their names when all are there.
 * @returns undefined if it was stopped: then, as after an error, nothing is left of it
 * @throws AppError `bad-output`, `output-full`, `bad-database`, `newer-database`, `bad-query` or `bad-usage`
 */
export async function runExport(request: ExportRequest): Promise<ExportReport | undefined> {
  const snapshot = new Snapshot(request.db)
  try {
    const tasks = request.makers.flatMap(make => make(snapshot))
    const folder = new ExportFolder(
      request.out,
      [...tasks.map(({ path }) => path), README_FILE, PACKAGE_FILE],
      request,
    )
    try {
      return await new Export(folder, provenanceOf(snapshot), request).run(snapshot, tasks)
    } finally {
      folder.discard()
    }
  } finally {
    snapshot.close()
  }
}

class Export {
  readonly #folder: ExportFolder
  readonly #provenance: Provenance
  readonly #request: ExportRequest
  readonly #remarks: Remarks = { nulRemoved: 0, cellsCut: 0, leftOut: 0 }
  readonly #files: ExportedFile[] = []

  constructor(folder: ExportFolder, provenance: Provenance, request: ExportRequest) {
    this.#folder = folder
    this.#provenance = provenance
    this.#request = request
  }

  /** @param tasks those of the snapshot, whose files have been planned */
  async run(snapshot: Snapshot, tasks: readonly Task[]): Promise<ExportReport | undefined> {
    const { pseudonyms } = this.#request
    const isWhole =
      pseudonyms === null ? await this.#write(tasks) : await this.#writeCopy(snapshot, pseudonyms())
    if (!isWhole) return undefined
    this.#writeText(
      README_FILE,
      readmeText({
        provenance: this.#provenance,
        files: this.#files,
        remarks: this.#remarks,
        isPseudonymized: pseudonyms !== null,
        ...this.#request,
      }),
    )
    this.#writeText(PACKAGE_FILE, packageText(this.#files, this.#provenance))
    this.#folder.commit(PACKAGE_FILE)
    return { ...this.#remarks, folder: this.#folder.path, files: this.#files }
  }

  /**
   * Writes from a copy with pseudonyms, which goes with the export's temporary files: whatever the view or
   * query, there is nothing else to be read.
   */
  async #writeCopy(snapshot: Snapshot, pseudonyms: NameReplacer): Promise<boolean> {
    const file = this.#folder.scratch('pseudonyms.db')
    const copied = await this.#drain(snapshot.copyWithPseudonyms(file, pseudonyms, this.#request.needs), () =>
      this.#tell(null, 0, 0, 0),
    )
    if (copied === undefined) return false
    const copy = new Snapshot(file)
    try {
      return await this.#write(this.#request.makers.flatMap(make => make(copy)))
    } finally {
      copy.close()
    }
  }

  /** @returns false if it was stopped */
  async #write(tasks: readonly Task[]): Promise<boolean> {
    const all = tasks.reduce((sum, { rows }) => sum + rows, 0)
    let done = 0
    for (const task of tasks) {
      const { path, format, dataset } = task
      const file = this.#folder.create(path)
      const before = done
      const rows = await this.#drain(task.write(file, this.#remarks), written =>
        this.#tell(path, tasks.length, before + written, all),
      )
      if (rows === undefined) return false
      done += rows
      this.#files.push({ ...file.close(), rows, format, dataset, resource: task.describe(rows) })
    }
    return true
  }

  #writeText(name: string, text: string): void {
    const file = this.#folder.create(name)
    file.write(text)
    file.close()
  }

  #tell(path: string | null, files: number, rows: number, allRows: number): void {
    this.#request.onProgress({
      path,
      files: { done: this.#files.length, all: files },
      rows: { done: rows, all: allRows },
    })
  }

  /** @returns the rows that were written; undefined if it was stopped */
  async #drain(writing: Generator<number, void>, tell: (rows: number) => void): Promise<number | undefined> {
    const { signal } = this.#request
    let rows = 0
    let turn = performance.now()
    for (const written of writing) {
      rows += written
      if (performance.now() - turn < TURN_MS) continue
      tell(rows)
      await setImmediate()
      if (signal.aborted) return undefined
      turn = performance.now()
    }
    return signal.aborted ? undefined : rows
  }
}
