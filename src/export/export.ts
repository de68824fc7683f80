import { setImmediate } from 'node:timers/promises'
import { provenanceOf, Snapshot, type CopiedPart, type NameReplacer, type Provenance } from '../db/index.js'
import type {
  Column,
  Dataset,
  HelperFile,
  Remarks,
  Resource,
  Task,
  TaskMaker,
  WrittenFile,
} from './contract.js'
import { ExportFolder } from './folder.js'
import { loaderFiles } from './loaders/index.js'
import { PACKAGE_FILE, packageText } from './package.js'
import { README_FILE, readmeText } from './readme.js'
import {
  repeatedCommands,
  repeatFiles,
  repeatJson,
  type ExportFacts,
  type RepeatedCommand,
} from './repeat.js'

export interface ExportRequest {
  readonly db: string
  readonly out: string
  readonly force: boolean
  readonly makers: readonly TaskMaker[]
  /** The datasets that the makers write as tables, and since when: for README.md. */
  readonly datasets: readonly Dataset[]
  readonly since: string | null
  /** What is said of the export itself. */
  readonly about: ExportFacts
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
  readonly columns: readonly Column[]
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
    const provenance = provenanceOf(snapshot)
    const commands = repeatedCommands(provenance, request.pseudonyms !== null)
    const helpers = [...repeatFiles(commands), ...loaderFiles(tasks)]
    const folder = new ExportFolder(
      request.out,
      [...[...tasks, ...helpers].map(({ path }) => path), README_FILE, PACKAGE_FILE],
      request,
    )
    try {
      return await new Export(folder, { provenance, commands, helpers }, request).run(snapshot, tasks)
    } finally {
      folder.discard()
    }
  } finally {
    snapshot.close()
  }
}

/** What is told of where the data comes from, and the files beside the data. */
interface Accompaniment {
  readonly provenance: Provenance
  readonly commands: readonly RepeatedCommand[]
  readonly helpers: readonly HelperFile[]
}

class Export {
  readonly #folder: ExportFolder
  readonly #beside: Accompaniment
  readonly #request: ExportRequest
  readonly #remarks: Remarks = { nulRemoved: 0, cellsCut: 0, leftOut: 0 }
  readonly #files: ExportedFile[] = []

  constructor(folder: ExportFolder, beside: Accompaniment, request: ExportRequest) {
    this.#folder = folder
    this.#beside = beside
    this.#request = request
  }

  /** @param tasks those of the snapshot, whose files have been planned */
  async run(snapshot: Snapshot, tasks: readonly Task[]): Promise<ExportReport | undefined> {
    const { pseudonyms } = this.#request
    const isWhole =
      pseudonyms === null ? await this.#write(tasks) : await this.#writeCopy(snapshot, pseudonyms())
    if (!isWhole) return undefined
    const { helpers, ...told } = this.#beside
    const described = helpers.map(({ text, path, ...resource }) => ({
      ...this.#writeText(path, text(this.#files)),
      resource,
    }))
    this.#writeText(
      README_FILE,
      readmeText({
        ...told,
        helpers,
        files: this.#files,
        remarks: this.#remarks,
        isPseudonymized: pseudonyms !== null,
        ...this.#request,
      }),
    )
    const { about } = this.#request
    const repeat = repeatJson(told.commands, about)
    this.#writeText(
      PACKAGE_FILE,
      packageText([...this.#files, ...described], {
        provenance: told.provenance,
        version: about.version,
        repeat,
      }),
    )
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
      const { path, format, dataset, columns } = task
      const file = this.#folder.create(path)
      const before = done
      const rows = await this.#drain(task.write(file, this.#remarks), written =>
        this.#tell(path, tasks.length, before + written, all),
      )
      if (rows === undefined) return false
      done += rows
      this.#files.push({ ...file.close(), rows, format, dataset, columns, resource: task.describe(rows) })
    }
    return true
  }

  #writeText(name: string, text: string): WrittenFile {
    const file = this.#folder.create(name)
    file.write(text)
    return file.close()
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
