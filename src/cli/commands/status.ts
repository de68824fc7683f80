import { Reader, type DriftLine, type RunReport, type Spend, type StatusReport } from '../../db/index.js'
import { ExitCode } from '../../errors.js'
import { wholeNumber } from '../flags.js'
import type { Answer } from '../answers/index.js'
import { toneOf } from '../colour.js'
import type { Cell } from '../columns.js'
import { count, cut, dollars, withHandle } from '../format.js'
import type { Command } from '../command.js'
import type { Output } from '../output.js'

interface Flags {
  limit: number
}

export const statusCommand: Command<Flags> = {
  command: 'status',
  describe: 'Show runs, streams that are open or failed, rows and spend',
  answers: true,
  builder: yargs =>
    yargs
      .option('limit', {
        type: 'number',
        default: 10,
        requiresArg: true,
        coerce: wholeNumber('limit', 1),
        describe: 'Runs and streams shown at most',
      })
      .example('$0 status --db study.db', 'how a study stands')
      .example('$0 status --json', 'the same for a program') as never,
  run: async (flags, { output }) => {
    const reader = new Reader(flags.db)
    try {
      const status = reader.status(flags.limit)
      const handles = reader.handles(status.streams.map(one => one.subject_id))
      show(output, flags.db, status, handles)
      output.json('status', jsonOf(flags.db, status))
      return ExitCode.finished
    } finally {
      reader.close()
    }
  },
}

function jsonOf(
  db: string,
  { runs, streams, spend, spendByRoute, spendByDay, driftCount, ...rest }: StatusReport,
): Answer<'status'> {
  return {
    db,
    ...rest,
    runs: runs.map(({ id, is_import, cost_microusd, ...run }) => ({
      run: id,
      ...run,
      is_import: is_import === 1,
      cost_usd: cost_microusd / 1_000_000,
    })),
    streams: streams.map(({ run_id, subject_id, ...one }) => ({ run: run_id, ...one, subject: subject_id })),
    spend: { ...inDollars(spend), unknown: spend.unknown },
    spend_by_route: spendByRoute.map(one => ({ route: one.route, ...inDollars(one) })),
    spend_by_day: spendByDay.map(one => ({ day: one.day, ...inDollars(one) })),
    drift_count: driftCount,
  }
}

const inDollars = ({ requests, cost_microusd }: Spend): { requests: number; cost_usd: number } => ({
  requests,
  cost_usd: cost_microusd / 1_000_000,
})

function show(
  output: Output,
  db: string,
  { origin, runs, streams, rows, spend, imported, spendByRoute, spendByDay, drift, driftCount }: StatusReport,
  handles: ReadonlyMap<string, string>,
): void {
  const unknown = spend.unknown > 0 ? `, ${spend.unknown} of unknown fate among them` : ''
  output.print(
    `${db}: ${origin ?? 'no'} data, ${dollars(spend.cost_microusd)} for ${count(spend.requests, 'request')}${unknown}\n\nRows:`,
  )
  output.table(Object.entries(rows))
  if (imported > 0) output.print(`\n${count(imported, 'answer')} imported, at no cost.`)
  output.print('\nRuns:')
  if (runs.length === 0) output.print('  none yet')
  output.table(runs.map(runRow))
  if (spend.requests > 0) {
    output.print('\nSpend by day and by route:')
    output.table([
      ...spendByDay.map(one => spendRow(one.day, one)),
      ...spendByRoute.map(one => spendRow(one.route, one)),
    ])
  }
  if (streams.length > 0) {
    output.print('\nStreams that are open, or ended otherwise than complete:')
    output.table(
      streams.map(s => [
        `run ${s.run_id}`,
        s.stream,
        withHandle(s.subject_id, handles),
        { text: s.state, tone: toneOf(s.state) },
        cut(s.reason ?? `after ${count(s.pages, 'page')}`, 60),
      ]),
    )
  }
  if (drift.length > 0) {
    output.print(
      '\nDrift, where the API is no longer what it was (raw pages keep what it sent; a newer sora-crawl may read it by `replay`):',
    )
    for (const line of drift) output.print(`  ${driftText(line)}`)
    if (driftCount > drift.length)
      output.print(`  and ${driftCount - drift.length} more (--limit ${driftCount} shows all)`)
  }
}

function driftText({ kind, path, expected, got, records, first_seen_at, last_seen_at }: DriftLine): string {
  const field = cut(path, 60)
  const [since, last] = [first_seen_at.slice(0, 10), last_seen_at.slice(0, 10)]
  const when = `in ${count(records, 'record')} since ${since}${last === since ? '' : `, last on ${last}`}`
  if (kind === 'added') return `${field} appeared ${when}; no column has it`
  if (kind === 'dropped') return `${field} was missing ${when}; present before`
  return `${field} was ${named(got)} ${when}; not stored, for ${named(expected)} was expected`
}

const IN_WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
  object: 'an object',
  profiles: 'a list of profiles',
  objects: 'a list of objects',
  links: 'a list of links',
}

/** A type in a sentence. */
function named(type: string): string {
  return IN_WORDS[type] ?? (/^(string|number|list)$/.test(type) ? `a ${type}` : type)
}

function spendRow(of: string, { requests, cost_microusd }: Spend): Cell[] {
  return [of, count(requests, 'request'), dollars(cost_microusd)]
}

function runRow(run: RunReport): Cell[] {
  const open = (run.streams['ready'] ?? 0) + (run.streams['claimed'] ?? 0) + (run.streams['delayed'] ?? 0)
  const state = run.state === 'unfinished' ? `unfinished, ${count(open, 'stream')} open` : run.state
  return [
    `run ${run.id}`,
    run.started_at.slice(0, 16).replace('T', ' '),
    { text: state, tone: toneOf(run.state) },
    count(run.requests, 'request'),
    dollars(run.cost_microusd),
    cut(run.is_import ? '(import)' : run.seeds.join(' '), 48),
  ]
}
