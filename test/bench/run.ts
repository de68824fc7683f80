/**
 * Measures this checkout: `npm run bench -- [--only crawl,mix,replay,import,export,questions,startup,bytes]
 * [--rounds N] [--out FILE] [--database FILE]`. The database with a million posts is made where it is not
 * there, which takes some minutes, and is kept.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchBytes } from './bytes.js'
import { benchCrawl, benchMix } from './crawl.js'
import { benchExport } from './export.js'
import { print, type Table } from './figures.js'
import { startGateway, type Gateway } from './processes.js'
import { benchQuestions } from './questions.js'
import { benchStartup } from './startup.js'
import { benchStored } from './stored.js'
import { makeStudy, type Study } from './study.js'
import { MIX, type Extent } from './world.js'

const GROUPS = ['crawl', 'mix', 'replay', 'import', 'export', 'questions', 'startup', 'bytes'] as const
type Group = (typeof GROUPS)[number]

const SCRATCH = join(tmpdir(), 'sora-bench')
/** So many that the start counts as little as it does in life: 3,000 pages. */
const STORED_USERS = 60

/** What a kept database was made by: another schema or maker makes another. */
function stateOfStudy(): string {
  const hash = createHash('sha256')
  for (const file of ['make-database.ts', '../../migrations/meta/_journal.json'])
    hash.update(readFileSync(new URL(file, import.meta.url)))
  return hash.digest('hex').slice(0, 12)
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: GROUPS.join(',') },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: join(SCRATCH, 'figures.json') },
    database: { type: 'string', default: join(SCRATCH, `million-${stateOfStudy()}.db`) },
  },
})
const rounds = Number(values.rounds)
const only = groupsIn(values.only)

function groupsIn(list: string): ReadonlySet<Group> {
  const names = list.split(',')
  const unknown = names.find(name => !(GROUPS as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}; there are ${GROUPS.join(', ')}`)
  return new Set(names as Group[])
}

/** The database with a million posts, made if it is not there. */
function million(): string {
  const { database } = values
  if (!existsSync(database)) {
    mkdirSync(dirname(database), { recursive: true })
    for (const old of readdirSync(dirname(database)).filter(name => /^million-\w+\.db/.test(name)))
      rmSync(join(dirname(database), old))
    const unfinished = `${database}.part`
    execFileSync(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('make-database.ts', import.meta.url)), unfinished],
      { stdio: 'inherit' },
    )
    renameSync(unfinished, database)
  }
  return database
}

const asked = (...names: readonly Group[]): boolean => names.some(name => only.has(name))

async function withGateway<T>(extent: Partial<Extent>, work: (gateway: Gateway) => Promise<T>): Promise<T> {
  const gateway = await startGateway(extent)
  try {
    return await work(gateway)
  } finally {
    gateway.close()
  }
}

async function tables(folder: string, show: (table: Table) => void): Promise<void> {
  if (asked('crawl')) show(await withGateway({}, gateway => benchCrawl(gateway, folder, rounds)))
  if (asked('mix')) show(await withGateway(MIX, gateway => benchMix(gateway, folder, rounds)))
  if (asked('replay', 'import', 'startup', 'bytes'))
    await ofStudy(
      await withGateway({ users: STORED_USERS }, gateway => makeStudy(gateway, folder)),
      folder,
      show,
    )
  if (asked('export')) show(await benchExport(million(), folder, Math.min(rounds, 3)))
  if (asked('questions')) show(benchQuestions(million(), Math.min(rounds, 3)))
}

async function ofStudy(study: Study, folder: string, show: (table: Table) => void): Promise<void> {
  if (asked('bytes')) show(benchBytes(study))
  const stored = (['replay', 'import'] as const).filter(name => only.has(name))
  if (stored.length > 0) show(await benchStored(study, folder, rounds, stored))
  if (asked('startup'))
    show(
      await benchStartup(
        { 'into a small database': study.db, 'into one with a million posts': million() },
        rounds * 2,
      ),
    )
}

const folder = mkdtempSync(join(tmpdir(), 'sora-bench-'))
try {
  const found: Table[] = []
  await tables(folder, table => {
    print(table)
    found.push(table)
  })
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(
    values.out,
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, cores: cpus().length, rounds, tables: found }, null, 2)}\n`,
  )
  process.stdout.write(`\nMedians of ${rounds} rounds; written to ${values.out}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
