import { graphNames, type GraphName } from '../../db/index.js'
import { defaultTables, exportable, findDataset, graphFormats, graphTasks, runExport, tableFormats, tableTasks, type ExportReport, type Format, type GraphFormat } from '../../export/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { count, number } from '../format.js'
import type { Command } from '../command.js'

interface Flags {
  format: readonly string[]
  tables: readonly string[]
  graph: readonly string[]
  out: string
  force: boolean
}

export const exportCommand: Command<Flags> = {
  command: 'export',
  describe: 'Write tables as files that other tools read',
  builder: (yargs) =>
    yargs
      .option('format', { type: 'string', requiresArg: true, default: 'csv', coerce: names, describe: `Formats, with commas between: ${FORMATS.join(', ')}` })
      .option('tables', { type: 'string', requiresArg: true, default: defaultTables.join(','), defaultDescription: 'all that was collected', coerce: names, describe: `Tables and views, with commas between: ${exportable.join(', ')}` })
      .option('graph', { type: 'string', requiresArg: true, default: graphNames.join(','), defaultDescription: 'all', coerce: names, describe: `Networks for gexf, graphml and gephi, with commas between: ${graphNames.join(', ')}` })
      .option('out', { type: 'string', requiresArg: true, default: 'data/export', describe: 'The folder that the files go to' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that exist' })
      .example('$0 export --out study', 'every table as CSV')
      .example('$0 export --tables posts,users --out study --force', 'two of them, anew')
      .example('$0 export --format gexf --graph follow --out study', 'who follows whom, for Gephi') as never,
  run: async (flags, { output }) => {
    const graphs = { graphs: flags.graph.map(graphOf), formats: flags.format.filter(isGraphFormat) }
    const formats = flags.format.filter((name) => !isGraphFormat(name)).map(formatOf)
    const datasets = flags.tables.map(findDataset)
    const request = { datasets, formats, since: null, partition: false, queries: new Map<string, string>() }
    const report = await runExport({
      db: flags.db,
      out: flags.out,
      force: flags.force,
      makers: [(snapshot) => tableTasks(snapshot, request), (snapshot) => graphTasks(snapshot, graphs)],
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    output.print(textOf(report))
    output.json(report)
    return ExitCode.finished
  },
}

const FORMATS = [...tableFormats.keys(), ...graphFormats]

const isGraphFormat = (name: string): name is GraphFormat => (graphFormats as readonly string[]).includes(name)

function graphOf(name: string): GraphName {
  const graph = graphNames.find((one) => one === name)
  if (graph === undefined) throw new AppError('bad-usage', `--graph: there is no network "${name}"; there are ${graphNames.join(', ')}`)
  return graph
}

function formatOf(name: string): Format {
  const format = tableFormats.get(name)
  if (format === undefined) throw new AppError('bad-usage', `--format: there is no format "${name}"; there are ${FORMATS.join(', ')}`)
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
