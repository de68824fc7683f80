/**
 * Measures this checkout: `npm run bench -- [--only crawl,replay,import,export,questions,startup,bytes] [--rounds N] [--out FILE]
 * [--database FILE]`. The database with a million posts is made where it is not there, which takes some minutes, and is kept.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchBytes } from './bytes.js'
import { benchCrawl } from './crawl.js'
import { benchExport } from './export.js'
import { print, type Table } from './figures.js'
import { startGateway } from './processes.js'
import { benchQuestions } from './questions.js'
import { benchStartup } from './startup.js'
import { benchStored } from './stored.js'
import { makeStudy, type Study } from './study.js'

const GROUPS = ['crawl', 'replay', 'import', 'export', 'questions', 'startup', 'bytes'] as const
type Group = (typeof GROUPS)[number]

const SCRATCH = join(tmpdir(), 'sora-bench')
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: GROUPS.join(',') },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: join(SCRATCH, 'figures.json') },
    database: { type: 'string', default: join(SCRATCH, 'million.db') },
  },
})
const rounds = Number(values.rounds)
const only = groupsIn(values.only)

function groupsIn(list: string): ReadonlySet<Group> {
  const names = list.split(',')
  const unknown = names.find((name) => !(GROUPS as readonly string[]).includes(name))
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}; there are ${GROUPS.join(', ')}`)
  return new Set(names as Group[])
}

/** The database with a million posts, made if it is not there. */
function million(): string {
  const { database } = values
  if (!existsSync(database)) {
    mkdirSync(dirname(database), { recursive: true })
    const unfinished = `${database}.part`
    execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('make-database.ts', import.meta.url)), unfinished], { stdio: 'inherit' })
    renameSync(unfinished, database)
  }
  return database
}

const asked = (...names: readonly Group[]): boolean => names.some((name) => only.has(name))

async function tables(folder: string, show: (table: Table) => void): Promise<void> {
  const gateway = await startGateway()
  try {
    if (asked('crawl')) show(await benchCrawl(gateway, folder, rounds))
    const study = asked('replay', 'import', 'startup', 'bytes') ? await makeStudy(gateway, folder) : undefined
    if (study !== undefined) await ofStudy(study, folder, show)
    if (asked('export')) show(await benchExport(million(), folder, Math.min(rounds, 3)))
    if (asked('questions')) show(benchQuestions(million(), Math.min(rounds, 3)))
  } finally {
    gateway.close()
  }
}

async function ofStudy(study: Study, folder: string, show: (table: Table) => void): Promise<void> {
  if (asked('bytes')) show(benchBytes(study))
  const stored = (['replay', 'import'] as const).filter((name) => only.has(name))
  if (stored.length > 0) show(await benchStored(study, folder, rounds, stored))
  if (asked('startup')) show(await benchStartup({ 'into a small database': study.db, 'into one with a million posts': million() }, rounds * 2))
}

const folder = mkdtempSync(join(tmpdir(), 'sora-bench-'))
try {
  const found: Table[] = []
  await tables(folder, (table) => {
    print(table)
    found.push(table)
  })
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify({ at: new Date().toISOString(), node: process.version, cores: cpus().length, rounds, tables: found }, null, 2)}\n`)
  process.stdout.write(`\nMedians of ${rounds} rounds; written to ${values.out}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
