import { defaultTables, exportable, findDataset, runExport, tableFormats, tableTasks, type ExportReport, type Format } from '../../export/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { count, number } from '../format.js'
import type { Command } from '../command.js'

interface Flags {
  format: readonly string[]
  tables: readonly string[]
  out: string
  force: boolean
}

export const exportCommand: Command<Flags> = {
  command: 'export',
  describe: 'Write tables as files that other tools read',
  builder: (yargs) =>
    yargs
      .option('format', { type: 'string', requiresArg: true, default: 'csv', coerce: names, describe: `Formats, with commas between: ${[...tableFormats.keys()].join(', ')}` })
      .option('tables', { type: 'string', requiresArg: true, default: defaultTables.join(','), defaultDescription: 'all that was collected', coerce: names, describe: `Tables and views, with commas between: ${exportable.join(', ')}` })
      .option('out', { type: 'string', requiresArg: true, default: 'data/export', describe: 'The folder that the files go to' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that exist' })
      .example('$0 export --out study', 'every table as CSV')
      .example('$0 export --tables posts,users --out study --force', 'two of them, anew') as never,
  run: async (flags, { output }) => {
    const formats = flags.format.map(formatOf)
    const datasets = flags.tables.map(findDataset)
    const request = { datasets, formats, since: null, partition: false, queries: new Map<string, string>() }
    const report = await runExport({
      db: flags.db,
      out: flags.out,
      force: flags.force,
      makers: [(snapshot) => tableTasks(snapshot, request)],
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    output.print(textOf(report))
    output.json(report)
    return ExitCode.finished
  },
}

function formatOf(name: string): Format {
  const format = tableFormats.get(name)
  if (format === undefined) throw new AppError('bad-usage', `--format: there is no format "${name}"; there are ${[...tableFormats.keys()].join(', ')}`)
  return format
}

/** A comma list, given once or more often; without repetitions. */
function names(value: unknown): string[] {
  const words = (Array.isArray(value) ? value : [value]).flatMap((word) => String(word).split(','))
  return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))]
}

function textOf({ files, folder }: ExportReport): string {
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  return `${count(files.length, 'file')} with ${number(rows)} rows in ${folder}`
}
