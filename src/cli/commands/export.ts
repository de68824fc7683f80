import { graphNames, graphTables, type CopiedPart, type GraphName } from '../../db/index.js'
import {
  defaultTables,
  exportable,
  findDataset,
  graphFormats,
  ids,
  SEED_TABLES,
  graphTasks,
  needsOf,
  queryDataset,
  runExport,
  tableFormats,
  tableTasks,
  WORKBOOK,
  workbookTask,
  withoutDropped,
  type Dataset,
  type Format,
  type GraphFormat,
  type Pseudonyms,
  type TaskMaker,
} from '../../export/index.js'
import { AppError, ExitCode, oneLine } from '../../errors.js'
import { askedPseudonyms, QUERY_NAME, withoutNamesOf } from '../export-pseudonyms.js'
import { exportJson, exportProgress, exportText } from '../export-text.js'
import { commaList, sinceTime } from '../flags.js'
import { abortOnSignals } from '../on-signals.js'
import { progressMode, withProgress } from '../progress-display.js'
import type { Command } from '../command.js'
import { perhaps } from '../../nearest.js'

interface Flags {
  format: readonly string[]
  tables?: readonly string[]
  graph: readonly string[]
  since?: string
  sql?: string
  name: string
  partition?: 'month'
  out: string
  force: boolean
  ids: boolean
  pseudonymize: boolean
  keyFile?: string
}

export const exportCommand: Command<Flags> = {
  command: 'export',
  describe: 'Write tables as files that other tools read',
  builder: yargs =>
    yargs
      .option('format', {
        type: 'string',
        requiresArg: true,
        default: 'csv',
        coerce: commaList,
        describe: `Formats, with commas between: ${FORMATS.join(', ')}`,
      })
      .option('tables', {
        type: 'string',
        requiresArg: true,
        coerce: commaList,
        describe:
          `Tables and views, with commas between: ${exportable.join(', ')} [default: the first ` +
          `${defaultTables.length}; none with --sql]`,
      })
      .option('graph', {
        type: 'string',
        requiresArg: true,
        default: graphNames.join(','),
        defaultDescription: 'all',
        coerce: commaList,
        describe: `Networks for gexf, graphml and gephi, with commas between: ${graphNames.join(', ')}`,
      })
      .option('since', {
        type: 'string',
        requiresArg: true,
        coerce: sinceTime('since'),
        describe: 'Only rows met or observed since: a date, an ISO time, or an age such as 7d',
      })
      .option('sql', { type: 'string', requiresArg: true, describe: 'A query whose answer is exported' })
      .option('name', {
        type: 'string',
        requiresArg: true,
        default: QUERY_NAME,
        describe: 'What the answer to --sql is called',
      })
      .option('partition', {
        choices: ['month'] as const,
        requiresArg: true,
        describe: 'Split tables by the month of their time, in Hive folders such as posted_month=2025-10',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        default: 'data/export',
        describe: 'The folder that the files go to',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Replace the export that is in the folder',
      })
      .option('ids', {
        type: 'boolean',
        default: false,
        describe: 'Only the ids of posts and users, as seed lists that crawl --seeds takes',
      })
      .option('pseudonymize', {
        type: 'boolean',
        default: false,
        describe: 'Put pseudonyms in the place of ids and names, in all files; leave out profiles and links',
      })
      .option('key-file', {
        type: 'string',
        requiresArg: true,
        describe: 'The key of the pseudonyms; made if it does not exist',
      })
      .example('$0 export --out study', 'everything that was collected, as CSV')
      .example(
        '$0 export --format csv,parquet --tables posts,users --out study --force',
        'two tables in two formats, replacing what is there',
      )
      .example('$0 export --format gexf --graph follow --out study', 'who follows whom, for Gephi')
      .example('$0 export --format xlsx --out study', 'one workbook with a sheet for each table')
      .example('$0 export --ids --out ids', 'what may be shared; crawl --seeds reads it again')
      .example('$0 export --since 7d --out week', 'what was met in the last week')
      .example('$0 export --pseudonymize --key-file study.key --out shared', 'for others, without names')
      .example(
        '$0 export --sql "SELECT * FROM v_creators WHERE posts > 10" --name creators --out creators',
        'the answer to a question',
      )
      .epilogue(
        'All files show the database at one instant, also while a crawl goes on, and get their ' +
          'names when all of them are written. Raw answers (pages) are never exported.',
      ) as never,
  run: async (flags, { output, version }) => {
    const pseudonyms = askedPseudonyms(flags, output)
    const request = asked(flags, pseudonyms)
    const { signal, forget } = abortOnSignals(ExitCode.stopped)
    const { shown, onProgress } = exportProgress()
    try {
      const { db, out, force } = flags
      const about = { version, command: commandText(flags) }
      const work = () => runExport({ db, out, force, ...request, about, pseudonyms, signal, onProgress })
      const report = await withProgress(progressMode(flags), output, shown, work)
      if (report === undefined) throw new AppError('interrupted', 'no file was left behind')
      output.print(exportText(report))
      output.json('export', exportJson(db, report))
      return ExitCode.finished
    } finally {
      forget()
    }
  },
}

/**
 * The command as it can be typed again, without the places of this machine. Under pseudonyms it has no query,
 * which can name somebody.
 */
function commandText(flags: Flags): string {
  const { format, tables, graph, since, sql, name, partition, pseudonymize, ids: onlyIds } = flags
  const options: [string, string | undefined][] = [
    ['format', onlyIds ? undefined : format.join(',')],
    ['tables', tables?.join(',')],
    ['graph', format.some(isGraphFormat) ? graph.join(',') : undefined],
    ['since', since],
    [
      'sql',
      sql === undefined ? undefined : pseudonymize ? 'QUERY' : `"${oneLine(sql).replaceAll('`', '’')}"`,
    ],
    ['name', sql === undefined ? undefined : name],
    ['partition', partition],
  ]
  const told = options.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]))
  return [
    'sora-crawl export',
    ...(onlyIds ? ['--ids'] : []),
    ...told,
    ...(pseudonymize ? ['--pseudonymize --key-file FILE'] : []),
  ].join(' ')
}

const FORMATS = [...tableFormats.keys(), WORKBOOK, ...graphFormats]

interface Asked {
  readonly datasets: readonly Dataset[]
  readonly makers: readonly TaskMaker[]
  readonly since: string | null
  readonly needs: CopiedPart
}

/** A query can ask for anything. */
const EVERYTHING: CopiedPart = { read: null, indexed: true }

/** What the flags ask for. @throws AppError `bad-usage` */
function asked(flags: Flags, pseudonyms: (() => Pseudonyms) | null): Asked {
  if (flags.ids) return askedIds(flags)
  if (flags.format.length === 0) throw new AppError('bad-usage', '--format names no format')
  const graphs = { graphs: flags.graph.map(graphOf), formats: flags.format.filter(isGraphFormat) }
  const tables = askedTables(flags, pseudonyms)
  const makeGraphs: TaskMaker = snapshot => graphTasks(snapshot, graphs)
  if (graphs.formats.length === 0) return tables
  const { read } = tables.needs
  return {
    ...tables,
    makers: [...tables.makers, makeGraphs],
    needs: { read: read && [...read, ...graphTables], indexed: true },
  }
}

/** Ids alone: of the tables whose ids are seeds. @throws AppError `bad-usage` */
function askedIds(flags: Flags): Asked {
  const { format, tables, graph, since: from, sql, name, partition, pseudonymize } = flags
  const others = {
    format: format.join() !== 'csv',
    graph: graph.join() !== graphNames.join(),
    sql,
    name: name !== QUERY_NAME,
    partition,
    pseudonymize,
  }
  const [other] = Object.entries(others).find(([, value]) => value !== undefined && value !== false) ?? []
  if (other !== undefined)
    throw new AppError(
      'bad-usage',
      `--ids and --${other} exclude each other: ids are one a line, as they are`,
    )
  const names = tables ?? SEED_TABLES
  const wrong = names.find(one => !SEED_TABLES.includes(one))
  if (wrong !== undefined || names.length === 0)
    throw new AppError(
      'bad-usage',
      `--ids: the ids of ${wrong ?? 'no table'} are no seeds; those of ${SEED_TABLES.join(' and ')} are`,
    )
  const datasets = names
    .map(findDataset)
    .map(dataset => ({ ...dataset, columns: dataset.columns.filter(column => column.name === 'id') }))
  const since = from ?? null
  const request = { datasets, formats: [ids], since, partition: false, queries: new Map<string, string>() }
  return { datasets, makers: [snapshot => tableTasks(snapshot, request)], since, needs: needsOf(datasets) }
}

function askedTables(
  { format, tables, since: from, sql, name, partition }: Flags,
  pseudonyms: (() => Pseudonyms) | null,
): Asked {
  const formats = format.filter(one => !isGraphFormat(one) && one !== WORKBOOK).map(formatOf)
  const hasWorkbook = format.includes(WORKBOOK)
  const since = from ?? null
  if (hasWorkbook && partition !== undefined)
    throw new AppError('bad-usage', '--partition splits files, and a workbook is one; leave out one of them')
  if (formats.length === 0 && !hasWorkbook) {
    if (sql !== undefined || tables !== undefined || since !== null)
      throw new AppError(
        'bad-usage',
        '--tables, --sql and --since are of tables; name a format of tables, too',
      )
    return { datasets: [], makers: [], since, needs: needsOf([]) }
  }
  if (sql !== undefined && since !== null)
    throw new AppError('bad-usage', '--since goes by the columns of tables; with --sql, say it in the query')
  const names = tables ?? (sql === undefined ? defaultTables : [])
  if (sql === undefined && names.length === 0) throw new AppError('bad-usage', '--tables names no table')
  if (sql !== undefined) checkName(name, names)
  const datasets = names
    .map(findDataset)
    .map(dataset => (pseudonyms === null ? dataset : withoutDropped(dataset)))
  const queries = new Map(sql === undefined ? [] : [[name, sql]])
  const make: TaskMaker = snapshot => {
    const answers = [...queries]
      .map(([own, query]) => queryDataset(snapshot, own, query))
      .map(answer => (pseudonyms === null ? answer : withoutNamesOf(answer, pseudonyms())))
    const rows = { datasets: [...datasets, ...answers], since, queries }
    const tasks = tableTasks(snapshot, { ...rows, formats, partition: partition !== undefined })
    return hasWorkbook ? [...tasks, workbookTask(snapshot, rows)] : tasks
  }
  return { datasets, makers: [make], since, needs: sql === undefined ? needsOf(datasets) : EVERYTHING }
}

const isGraphFormat = (name: string): name is GraphFormat =>
  (graphFormats as readonly string[]).includes(name)

function graphOf(name: string): GraphName {
  const graph = graphNames.find(one => one === name)
  if (graph === undefined)
    throw new AppError(
      'bad-usage',
      `--graph: there is no network "${name}"; there are ${graphNames.join(', ')}${perhaps(name, graphNames)}`,
    )
  return graph
}

function checkName(name: string, others: readonly string[]): void {
  if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name))
    throw new AppError('bad-usage', '--name takes letters, digits, _ and -, beginning with a letter')
  if (others.includes(name)) throw new AppError('bad-usage', `--name: ${name} is one of --tables`)
}

function formatOf(name: string): Format {
  const format = tableFormats.get(name)
  if (format === undefined)
    throw new AppError(
      'bad-usage',
      `--format: there is no format "${name}"; there are ${FORMATS.join(', ')}${perhaps(name, FORMATS)}`,
    )
  return format
}
