import type { Options } from 'yargs'
import { measuresOf } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { Reader, type ListingMeasure, type TableCoverage } from '../../db/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { perhaps } from '../../nearest.js'
import {
  coverageOf,
  coverageStates,
  CoverageSums,
  type CoverageRow,
  type CoverageSum,
  type CoverageTotal,
} from '../../report/index.js'
import type { Answer } from '../answers/index.js'
import { toneOf } from '../colour.js'
import type { Cell } from '../columns.js'
import { csvLine } from '../csv.js'
import { commaList, wholeNumber } from '../flags.js'
import { cut, number, withHandle } from '../format.js'
import type { Command } from '../command.js'
import type { Output } from '../output.js'

interface Flags {
  csv: boolean
  limit: number
  stream?: string[]
  seed?: string[]
  state?: string[]
}

export const coverageCommand: Command<Flags> = {
  command: 'coverage',
  describe: 'Show what is held against what the platform says there is, and why it differs',
  answers: true,
  builder: yargs =>
    yargs
      .option('csv', { type: 'boolean', default: false, describe: 'One CSV line for each listing' })
      .option('limit', {
        type: 'number',
        default: 20,
        requiresArg: true,
        coerce: wholeNumber('limit', 1),
        describe: 'Incomplete listings shown at most',
      })
      .option('stream', listFlag('Only listings of these streams, for example followers,posts'))
      .option('seed', {
        type: 'string',
        requiresArg: true,
        // A seed may hold a comma.
        coerce: (value: unknown) => (value === undefined ? undefined : [value].flat().map(String)),
        describe: 'Only listings under this seed, as it is shown here; may be given more than once',
      })
      .option('state', listFlag(`Only listings in these states: ${coverageStates.join(', ')}`))
      .example('$0 coverage --db study.db', 'by seed and stream, and what is incomplete')
      .example('$0 coverage --stream followers --state budget', 'what a cap has cut')
      .example('$0 coverage --csv > coverage.csv', 'every listing') as never,
  run: async (flags, { output }) => {
    if (flags.csv && flags.json) throw new AppError('bad-usage', '--csv and --json exclude each other')
    const crawlers = await loadCrawlers()
    const measures = measuresOf(crawlers)
    const reader = new Reader(flags.db)
    try {
      const rows = chosen(reader, measures, flags)
      if (flags.csv) await printCsv(output, rows)
      else show(output, reader, measures, rows, flags)
      return ExitCode.finished
    } finally {
      reader.close()
    }
  },
}

const listFlag = (describe: string): Options => ({
  type: 'string',
  requiresArg: true,
  coerce: commaList,
  describe,
})

/**
 * The listings that are asked for.
 * @throws AppError `bad-usage` for a stream, a seed or a state that there is not
 */
function chosen(
  reader: Reader,
  measures: readonly ListingMeasure[],
  { stream, seed, state }: Flags,
): Iterable<CoverageRow> {
  checkNames(
    'stream',
    stream,
    measures.map(one => one.stream),
  )
  checkNames('state', state, coverageStates)
  if (seed !== undefined) checkNames('seed', seed, reader.seeds())
  const asked = measures.filter(one => stream?.includes(one.stream) ?? true)
  return rowsOf(
    reader,
    asked,
    row => (seed?.includes(row.seed) ?? true) && (state?.includes(row.state) ?? true),
  )
}

function* rowsOf(
  reader: Reader,
  measures: readonly ListingMeasure[],
  isAsked: (row: CoverageRow) => boolean,
): Generator<CoverageRow> {
  for (const record of reader.listings(measures)) {
    const row = coverageOf(record)
    if (isAsked(row)) yield row
  }
}

function checkNames(flag: string, names: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = names?.find(name => !known.includes(name))
  if (unknown === undefined) return
  const list = known.length <= 20 ? `; there are ${known.join(', ')}` : ''
  throw new AppError(
    'bad-usage',
    `--${flag} ${unknown}: there is no such ${flag} here${perhaps(unknown, known) || list}`,
  )
}

const HEADER = ['seed', 'stream', 'subject', 'told', 'held', 'set_aside', 'pages', 'state', 'reason']

async function printCsv(output: Output, rows: Iterable<CoverageRow>): Promise<void> {
  await output.write(csvLine(HEADER))
  for (const { seed, stream, subject, told, held, setAside, pages, state, reason } of rows) {
    if (!(await output.write(csvLine([seed, stream, subject, told, held, setAside, pages, state, reason]))))
      return
  }
}

function show(
  output: Output,
  reader: Reader,
  measures: readonly ListingMeasure[],
  rows: Iterable<CoverageRow>,
  { limit, ...flags }: Flags,
): void {
  const sums = new CoverageSums()
  const incomplete: CoverageRow[] = []
  for (const row of rows) {
    sums.add(row)
    if (row.state !== 'complete' && (incomplete.length < limit || output.isJson)) incomplete.push(row)
  }
  const isPart = (flags.stream ?? flags.seed ?? flags.state) !== undefined
  const tables = isPart ? [] : reader.tables(measures)
  printSums(output, sums, isPart)
  printIncomplete(output, incomplete, sums.total(), reader)
  if (!isPart) printTables(output, tables)
  output.json('coverage', {
    streams: sums.values().map(sumJson),
    total: totalJson(sums.total()),
    incomplete: incomplete.map(rowJson),
    tables: tables.map(({ neverInScope, ...table }) => ({ ...table, never_in_scope: neverInScope })),
  })
}

function printSums(output: Output, sums: CoverageSums, isPart: boolean): void {
  const all = sums.values()
  if (all.length === 0)
    return output.print(isPart ? 'There is no such listing.' : 'No run has had anything in scope yet.')
  const total = sums.total()
  const hasSetAside = total.setAside > 0
  const cells = (one: CoverageTotal): Cell[] => [
    one.listings,
    one.told ?? '?',
    one.held,
    ...(hasSetAside ? [one.setAside] : []),
    statesCell(one.states),
  ]
  output.table(
    [
      ['seed', 'stream', 'listings', 'told', 'held', ...(hasSetAside ? ['set aside'] : []), 'state'],
      ...all.map(one => [cut(one.seed, 30), one.stream, ...cells(one)]),
      ...(all.length > 1 ? [['in all', '', ...cells(total)]] : []),
    ],
    { indent: '' },
  )
}

function statesCell(states: CoverageTotal['states']): Cell {
  const names = Object.keys(states)
  const text = Object.entries(states)
    .map(([state, n]) => `${number(n)} ${state}`)
    .join(', ')
  return { text, tone: names.length === 1 ? toneOf(names[0] ?? '') : 'open' }
}

function printIncomplete(
  output: Output,
  shown: readonly CoverageRow[],
  { listings, states }: CoverageTotal,
  reader: Reader,
): void {
  if (shown.length === 0) return
  const handles = reader.handles(shown.map(row => row.subject))
  output.print('\nNot complete:')
  output.table(
    shown.map(row => [
      row.stream,
      withHandle(row.subject, handles),
      { text: row.state, tone: toneOf(row.state) },
      `${number(row.held)} of ${row.told === null ? '?' : number(row.told)}`,
      cut(row.reason ?? '', 70),
    ]),
  )
  const all = listings - (states.complete ?? 0)
  if (all > shown.length) output.print(`  … and ${number(all - shown.length)} more: --csv lists all`)
}

function printTables(output: Output, tables: readonly TableCoverage[]): void {
  output.print('\nRows:')
  const header = ['table', 'rows', 'listed', 'only embedded', 'never in scope']
  output.table([header, ...tables.map(t => [t.table, t.rows, t.listed, t.embedded, t.neverInScope])])
}

function totalJson({
  listings,
  told,
  held,
  setAside,
  pages,
  states,
}: CoverageTotal): Answer<'coverage'>['total'] {
  return { listings, told, held, set_aside: setAside, pages, states }
}

function sumJson({ seed, stream, ...total }: CoverageSum): Answer<'coverage'>['streams'][number] {
  return { seed, stream, ...totalJson(total) }
}

function rowJson({
  seed,
  stream,
  subject,
  told,
  held,
  setAside,
  ...rest
}: CoverageRow): Answer<'coverage'>['incomplete'][number] {
  return { seed, stream, subject, told, held, set_aside: setAside, ...rest }
}
