import { measuresOf } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { Reader, type ListingMeasure, type TableCoverage } from '../../db/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { coverageOf, CoverageSums, type CoverageRow, type CoverageSum } from '../../report/index.js'
import { csvLine } from '../csv.js'
import { wholeNumber } from '../flags.js'
import { columns, cut, number } from '../format.js'
import type { Command } from '../command.js'
import type { Output } from '../output.js'

interface Flags {
  csv: boolean
  limit: number
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
      .example('$0 coverage --db study.db', 'by seed and stream, and what is incomplete')
      .example('$0 coverage --csv > coverage.csv', 'every listing') as never,
  run: async (flags, { output }) => {
    if (flags.csv && flags.json) throw new AppError('bad-usage', '--csv and --json exclude each other')
    const crawlers = await loadCrawlers()
    const measures = measuresOf(crawlers)
    const reader = new Reader(flags.db)
    try {
      if (flags.csv) await printCsv(output, reader, measures)
      else show(output, reader, measures, flags.limit)
      return ExitCode.finished
    } finally {
      reader.close()
    }
  },
}

const HEADER = ['seed', 'stream', 'subject', 'told', 'held', 'set_aside', 'pages', 'state', 'reason']

async function printCsv(output: Output, reader: Reader, measures: readonly ListingMeasure[]): Promise<void> {
  await output.write(csvLine(HEADER))
  for (const record of reader.listings(measures)) {
    const { seed, stream, subject, told, held, setAside, pages, state, reason } = coverageOf(record)
    if (!(await output.write(csvLine([seed, stream, subject, told, held, setAside, pages, state, reason]))))
      return
  }
}

function show(output: Output, reader: Reader, measures: readonly ListingMeasure[], limit: number): void {
  const sums = new CoverageSums()
  const incomplete: CoverageRow[] = []
  for (const record of reader.listings(measures)) {
    const row = coverageOf(record)
    sums.add(row)
    if (row.state !== 'complete' && (incomplete.length < limit || output.isJson)) incomplete.push(row)
  }
  const tables = reader.tables(measures)
  printSums(output, sums.values())
  printIncomplete(output, incomplete, sums.values())
  printTables(output, tables)
  output.json({ streams: sums.values(), incomplete, tables })
}

function printSums(output: Output, sums: readonly CoverageSum[]): void {
  if (sums.length === 0) return output.print('No run has had anything in scope yet.')
  const header = ['seed', 'stream', 'listings', 'told', 'held', 'set aside', 'state']
  const rows = sums.map(({ seed, stream, listings, told, held, setAside, states }) => [
    cut(seed, 30),
    stream,
    listings,
    told ?? '?',
    held,
    setAside,
    statesText(states),
  ])
  output.print(columns([header, ...rows], ''))
}

function statesText(states: CoverageSum['states']): string {
  return Object.entries(states)
    .map(([state, n]) => `${number(n)} ${state}`)
    .join(', ')
}

function printIncomplete(output: Output, shown: readonly CoverageRow[], sums: readonly CoverageSum[]): void {
  if (shown.length === 0) return
  output.print('\nNot complete:')
  output.print(
    columns(
      shown.map(row => [
        row.stream,
        cut(row.subject, 38),
        row.state,
        `${number(row.held)} of ${row.told ?? '?'}`,
        cut(row.reason ?? '', 70),
      ]),
    ),
  )
  const all = sums.reduce((total, { listings, states }) => total + listings - (states.complete ?? 0), 0)
  if (all > shown.length) output.print(`  … and ${number(all - shown.length)} more: --csv lists all`)
}

function printTables(output: Output, tables: readonly TableCoverage[]): void {
  output.print('\nRows:')
  const header = ['table', 'rows', 'listed', 'only embedded', 'never in scope']
  output.print(columns([header, ...tables.map(t => [t.table, t.rows, t.listed, t.embedded, t.neverInScope])]))
}
