/** What exports cost: tables beside SQLite's own shell, networks and everything by themselves. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { table, type Goal, type Line, type Table } from './figures.js'
import { measure, measureTree, median, PROGRAM, type Usage } from './processes.js'

const SMALL = { 'peak MB': { atMost: 250 } }

/** What is exported, and what it has to reach. */
const EXPORTS: readonly {
  readonly what: string
  readonly args: readonly string[]
  readonly goals?: Readonly<Record<string, Goal>>
}[] = [
  { what: 'csv', args: ['--tables', 'posts'], goals: { 'of sqlite3 -csv': { atLeast: 0.5 }, ...SMALL } },
  { what: 'excel', args: ['--tables', 'posts'], goals: SMALL },
  { what: 'jsonl', args: ['--tables', 'posts'], goals: SMALL },
  {
    what: 'parquet',
    args: ['--tables', 'posts'],
    goals: { 'of sqlite3 -csv': { atLeast: 0.12 }, 'peak MB': { atMost: 350 } },
  },
  ...['gexf', 'graphml', 'gephi'].map(what => ({ what, args: [], goals: SMALL })),
]

/** @param db with a million posts */
export async function benchExport(db: string, folder: string, rounds: number): Promise<Table> {
  const shells: Usage[] = []
  const usages = new Map<string, Usage[]>()
  const out = join(folder, 'exported')
  for (let round = 0; round < rounds; round += 1) {
    shells.push(
      measureTree(['sqlite3', '-csv', '-header', '-cmd', `.output '${out}.csv'`, db, 'SELECT * FROM posts']),
    )
    rmSync(`${out}.csv`)
    for (const { what, args } of EXPORTS) {
      const usage = await measure({
        args: [PROGRAM, 'export', '--db', db, '--format', what, ...args, '--out', out, '--no-progress'],
      })
      usages.set(what, [...(usages.get(what) ?? []), usage])
      rmSync(out, { recursive: true })
    }
  }
  const lines = EXPORTS.map(({ what, goals }): Line => {
    const ours = usages.get(what) ?? []
    // A network is no table.
    const beside =
      goals === SMALL && !['excel', 'jsonl'].includes(what)
        ? {}
        : { 'of sqlite3 -csv': median(ours.map(({ cpuMs }, i) => (shells[i]?.cpuMs ?? Number.NaN) / cpuMs)) }
    return {
      what: `export --format ${what}`,
      figures: { ...figuresOf(ours), ...beside },
      ...(goals === undefined ? {} : { goals }),
    }
  })
  return table('Exports', 'the table `posts` with a million rows, or all four networks', [
    { what: 'sqlite3 -csv', figures: { ...figuresOf(shells), 'of sqlite3 -csv': 1 } },
    ...lines,
  ])
}

function figuresOf(usages: readonly Usage[]): Record<string, number> {
  return {
    'CPU s': median(usages.map(({ cpuMs }) => cpuMs)) / 1000,
    'peak MB': Math.max(...usages.map(({ peakMb }) => peakMb)),
  }
}
