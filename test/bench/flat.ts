/**
 * Whether a file stays as fast as it grows (`npm run bench:flat -- FOLDER [--part 0.1] [--keep]`): ten
 * million follows, then a million posts and three million comments, through the program's own engine and
 * store; then what is done with such a file. Takes about an hour and, copies included, 30 GB; --part takes
 * fewer users of an equal crowd. Times are of CPU, without what it takes to make the pages.
 */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execFileSync } from 'node:child_process'
import Database from 'better-sqlite3'
import { compiled } from './compiled.js'
import { clear } from './crawl.js'
import { print, table, type Line } from './figures.js'
import { scaled, userId } from './flat-world.js'
import { measure, median, PROGRAM } from './processes.js'

interface Step {
  readonly pages: number
  readonly cpuMsAPage: number
  readonly wallMsAPage: number
}

interface End {
  readonly pages: number
  readonly exitCode: number
  readonly cpuS: number
  readonly peakMb: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { part: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
})
const folder = positionals[0] ?? ''
if (folder === '') throw new Error('Name a folder: npm run bench:flat -- FOLDER')
mkdirSync(folder, { recursive: true })
const file = join(folder, 'flat.db')
const FILL = compiled('flat-fill', 'flat-world')

/** Crawls listings, and says what the first and the last tenth of their pages took. */
function fill(streams: string): Line {
  const lines = execFileSync(process.execPath, [FILL, file, values.part, streams], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Step & { end?: End })
  const steps = lines.filter(({ end }) => end === undefined)
  const { exitCode, cpuS, peakMb, pages } = lines.at(-1)?.end ?? {
    exitCode: -1,
    cpuS: 0,
    peakMb: 0,
    pages: 0,
  }
  if (exitCode !== 0) throw new Error(`the crawl of ${streams} ended with ${exitCode}`)
  const tenth = Math.max(1, Math.floor(steps.length / 10))
  const costs = (some: readonly Step[], of: 'cpuMsAPage' | 'wallMsAPage'): number =>
    median(some.map(step => step[of]))
  const [first, last] = [steps.slice(0, tenth), steps.slice(-tenth)]
  return {
    what: `crawl ${streams}`,
    figures: {
      pages,
      'CPU s': cpuS,
      'peak MB': peakMb,
      'CPU ms a page, first tenth': costs(first, 'cpuMsAPage'),
      'last tenth': costs(last, 'cpuMsAPage'),
      'rate of the last to the first': costs(first, 'cpuMsAPage') / costs(last, 'cpuMsAPage'),
      'by the clock': costs(first, 'wallMsAPage') / costs(last, 'wallMsAPage'),
      'MB of file': sizeMb(),
    },
    goals: { 'rate of the last to the first': { atLeast: 0.7 }, 'peak MB': { atMost: 250 } },
  }
}

const sizeMb = (): number => statSync(file).size / 1e6

async function run(what: string, args: readonly string[], exitCodes: readonly number[] = [0]): Promise<Line> {
  const { cpuMs, wallMs, peakMb } = await measure({
    args: [PROGRAM, ...args, '--db', file, '--no-progress'],
    exitCodes,
  })
  return {
    what,
    figures: { 'CPU s': cpuMs / 1000, s: wallMs / 1000, 'peak MB': peakMb },
    goals: what === 'report' ? {} : { 'peak MB': { atMost: 250 } },
  }
}

/** What stands before a migration: a whole copy of the file. */
function copy(): Line {
  const copied = join(folder, 'copy.db')
  const line = timed('copy, as before a migration', sqlite => sqlite.prepare('VACUUM INTO ?').run(copied))
  rmSync(copied)
  return line
}

const vacuum = (): Line => timed('vacuum', sqlite => sqlite.exec('VACUUM').pragma('wal_checkpoint(TRUNCATE)'))

function timed(what: string, work: (sqlite: Database.Database) => void): Line {
  const before = process.cpuUsage()
  const since = performance.now()
  const sqlite = new Database(file)
  work(sqlite)
  sqlite.close()
  const { user, system } = process.cpuUsage(before)
  return { what, figures: { 'CPU s': (user + system) / 1e6, s: (performance.now() - since) / 1000 } }
}

if (!existsSync(file) || !values.keep) clear(file)
const growth = existsSync(file) ? [] : [fill('followers'), fill('posts,comments')]
const out = join(folder, 'out')
const uses = [
  await run('status', ['status']),
  await run('coverage', ['coverage']),
  await run('report', ['report', '--out', join(folder, 'report.html')]),
  await run('export --format csv', ['export', '--out', out, '--force']),
  await run('export --format gexf', ['export', '--format', 'gexf', '--out', out, '--force']),
  await run('check', ['check']),
]
rmSync(out, { recursive: true, force: true })
const changes = [
  copy(),
  await run('forget one person', ['forget', userId(scaled(Number(values.part)).crowd - 1), '--yes']),
  vacuum(),
]
print(
  table(
    'Growth',
    `${values.part} of ten million follows, a million posts and three million comments`,
    growth,
  ),
)
print(table('Use', `of a file of ${Math.round(sizeMb())} MB`, [...uses, ...changes]))
if (!values.keep) clear(file)
