import { setImmediate } from 'node:timers/promises'
import { Snapshot } from '../db/index.js'
import type { Remarks, Resource, Task } from './contract.js'
import { ExportFolder, type OutputFile, type WrittenFile } from './folder.js'

export interface ExportRequest {
  readonly db: string
  readonly out: string
  readonly force: boolean
  readonly makers: readonly ((snapshot: Snapshot) => readonly Task[])[]
  readonly signal: AbortSignal
  readonly onProgress: (progress: ExportProgress) => void
}

export interface ExportProgress {
  /** The file that is being written. */
  readonly path: string
  readonly files: { readonly done: number; readonly all: number }
  readonly rows: { readonly done: number; readonly all: number }
}

export interface ExportedFile extends WrittenFile {
  readonly rows: number
  readonly resource: Resource
}

export interface ExportReport extends Remarks {
  readonly folder: string
  readonly files: readonly ExportedFile[]
  /** Whether it was stopped, and nothing is left of it. */
  readonly interrupted: boolean
}

/** The event loop gets its turn this often: for progress, and to notice that the export is to stop. */
const TURN_MS = 50

/**
 * Writes files from one instant of the database into a folder; they get their names when all are there.
 * @throws AppError `bad-output`, `output-full`, `bad-database`, `newer-database`, `bad-query` or `bad-usage`; nothing is left behind
 */
export async function runExport(request: ExportRequest): Promise<ExportReport> {
  const snapshot = new Snapshot(request.db)
  try {
    const tasks = request.makers.flatMap((make) => make(snapshot))
    const folder = new ExportFolder(request.out, tasks.map(({ path }) => path), request)
    try {
      return await writeAll(folder, tasks, request)
    } finally {
      folder.discard()
    }
  } finally {
    snapshot.close()
  }
}

async function writeAll(folder: ExportFolder, tasks: readonly Task[], { signal, onProgress }: ExportRequest): Promise<ExportReport> {
  const remarks = { nulRemoved: 0, cellsCut: 0 }
  const files: ExportedFile[] = []
  const all = tasks.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  for (const task of tasks) {
    const file = folder.create(task.path)
    const rows = await drain(task.write(file, remarks), signal, (written) => onProgress({ path: task.path, files: { done: files.length, all: tasks.length }, rows: { done: done + written, all } }))
    if (signal.aborted) return { ...remarks, folder: folder.path, files: [], interrupted: true }
    done += rows
    files.push({ ...closeFile(file), rows, resource: task.describe(rows) })
  }
  folder.commit()
  return { ...remarks, folder: folder.path, files, interrupted: false }
}

function closeFile(file: OutputFile): WrittenFile {
  return file.close()
}

/** @returns the rows written */
async function drain(writing: Generator<number, void>, signal: AbortSignal, tell: (rows: number) => void): Promise<number> {
  let rows = 0
  let turn = performance.now()
  for (const written of writing) {
    rows += written
    if (performance.now() - turn < TURN_MS) continue
    tell(rows)
    await setImmediate()
    if (signal.aborted) break
    turn = performance.now()
  }
  return rows
}
