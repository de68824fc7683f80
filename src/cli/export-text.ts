import { monotonicMs } from '../clock.js'
import type { ExportedFile, ExportProgress, ExportReport } from '../export/index.js'
import type { Answer } from './answers/index.js'
import { columns } from './columns.js'
import { count, cut, duration, number } from './format.js'
import type { Shown } from './progress-display.js'

/** The progress of an export: rows, and the time left at the pace so far. */
export function exportProgress(): { shown: Shown; onProgress: (progress: ExportProgress) => void } {
  const started = monotonicMs()
  let last: ExportProgress | undefined
  const line = (): string => progressText(last, monotonicMs() - started)
  return {
    shown: { lines: width => [cut(line(), width)], line },
    onProgress: progress => void (last = progress),
  }
}

function progressText(progress: ExportProgress | undefined, ms: number): string {
  if (progress === undefined || progress.path === null) return `Getting the rows ready, ${duration(ms)}`
  const { path, files, rows } = progress
  const left =
    rows.done > 0 && rows.all > rows.done
      ? `, about ${duration((ms / rows.done) * (rows.all - rows.done))} left`
      : ''
  const of = rows.all >= rows.done ? ` of ${number(rows.all)}` : ''
  return (
    `${path} (file ${files.done + 1} of ${files.all}): ${number(rows.done)}${of} rows in ` +
    `${duration(ms)}${left}`
  )
}

/** What was written, for people. */
export function exportText({ files, folder, nulRemoved, cellsCut, leftOut }: ExportReport): string {
  const remarks = [
    nulRemoved > 0
      ? `${count(nulRemoved, 'NUL character')} left out, which no reader of CSV or a workbook takes for text.`
      : '',
    cellsCut > 0 ? `${count(cellsCut, 'cell')} cut at the 32,767 characters that Excel takes.` : '',
    leftOut > 0 ? `${count(leftOut, 'value')} of another type than the column left out.` : '',
  ]
  const rows = sum(files, file => file.rows)
  return [
    columns(files.map(file => [file.path, file.rows])),
    `${count(files.length, 'file')} with ${count(rows, 'row')} in ${folder}; README.md there says ` +
      'what they are and how to load them.',
    ...remarks.filter(text => text !== ''),
  ].join('\n')
}

export function exportJson(
  db: string,
  { files, folder, nulRemoved, cellsCut, leftOut }: ExportReport,
): Answer<'export'> {
  return {
    db,
    folder,
    files: files.map(({ path, dataset, format, rows, bytes, sha256 }) => ({
      path,
      table: dataset,
      format,
      rows,
      bytes,
      sha256,
    })),
    rows: sum(files, file => file.rows),
    bytes: sum(files, file => file.bytes),
    nul_removed: nulRemoved,
    cells_cut: cellsCut,
    values_left_out: leftOut,
  }
}

function sum(files: readonly ExportedFile[], value: (file: ExportedFile) => number): number {
  return files.reduce((total, file) => total + value(file), 0)
}
