import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { loadCrawlers } from '../../src/crawlers/index.js'
import { ReadQuery } from '../../src/db/index.js'
import { AppError } from '../../src/errors.js'
import { Bench } from '../db/support/database.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { SUBJECTS } from '../support/world/model.js'
import { test } from '../support/run.js'
import { command, misbehaviour } from './support/command-line.js'
import { HostileDatabase } from './support/database.js'

/*
 * Databases whose bytes were changed: a command works on them or says in one line what is wrong (exit 2; 4
 * where the system refuses to write), and a command that reads leaves the file as it was.
 */

const RUNS = Number(
  process.env['FUZZ_DATABASE_RUNS'] ?? (process.env['FUZZ_RUNS'] === undefined ? 1_000 : 10_000),
)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_504)
const LONGEST_MS = 20_000

const PAGE = 4_096
const HEADER = [16, 17, 18, 19, 20, 21, 24, 28, 32, 40, 44, 47, 52, 56, 59, 60, 63, 68, 71, 92, 96]
const WORDS = [
  'finished',
  'unfinished',
  'sandbox',
  'origin',
  'reply_count',
  'completed',
  'open',
  'followers',
  '2026-',
  'user-',
  's_',
  'CREATE TABLE',
  'checkpoints',
  'text NOT NULL',
  '{',
  '[',
]

interface Harm {
  readonly op: number
  readonly at: number
  readonly what: number
}

const harm: fc.Arbitrary<Harm> = fc.record({ op: fc.nat(9), at: fc.nat(10_000_000), what: fc.nat(1_000_000) })

/**
 * What is asked of each file; `OUT` is a folder beside it, `WHO` somebody who is in it. The dearer commands
 * come more rarely.
 */
const COMMANDS = {
  reads: [
    ...Array.from({ length: 3 }, () => [
      'sql',
      'status',
      'status --json',
      'coverage',
      'coverage --json',
      'check',
      'check --json',
    ]).flat(),
    'export --format csv,jsonl,gexf --out OUT/export',
    'export --format parquet,graphml,gephi --tables posts,users,v_posts --out OUT/export --json',
    'export --format excel --pseudonymize --key-file OUT/key --out OUT/export',
    'report --out OUT/report.html',
    'report --out OUT/report.html --json',
  ],
  triesOut: [
    ...Array.from({ length: 4 }, () => 'plan feed @sam --collect all --depth 1'),
    'replay --dry-run',
    'replay --dry-run --json',
    'forget WHO --dry-run',
    'prune --raw 0d --dry-run',
  ],
  writes: ['replay', 'forget WHO --yes', 'prune --raw 0d', 'prune --raw 0d --no-vacuum'],
}
/** By command, the exit codes that are right: 3 says that a file is not sound. */
const CODES: Readonly<Record<string, readonly number[]>> = { check: [0, 2, 3, 4] }

const story = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...COMMANDS.reads) },
    { weight: 2, arbitrary: fc.constantFrom(...COMMANDS.triesOut) },
    { weight: 1, arbitrary: fc.constantFrom(...COMMANDS.writes) },
  ),
  inLog: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  harms: fc.array(harm, { minLength: 1, maxLength: 3 }),
})

/** The bytes after a harm; of the file, or of the log beside it. */
function harmed(bytes: Buffer, { op, at, what }: Harm): Buffer {
  const copy = Buffer.from(bytes)
  const place = copy.length === 0 ? 0 : at % copy.length
  const page = Math.floor(place / PAGE) * PAGE
  const fill = (value: number, from: number, length: number): Buffer => {
    copy.subarray(from, from + length).fill(value)
    return copy
  }
  switch (op) {
    case 0:
      return fill((copy[place] ?? 0) ^ (1 << (what % 8)), place, 1)
    case 1:
      return fill([0, 0xff, what % 256][what % 3] ?? 0, place, 1 + (what % 64))
    case 2:
      return copy.subarray(0, what % 2 === 0 ? place : page)
    case 3: {
      const other = Math.floor((what % (copy.length || 1)) / PAGE) * PAGE
      const [mine, theirs] = [bytes.subarray(page, page + PAGE), bytes.subarray(other, other + PAGE)]
      theirs.copy(copy, page)
      mine.copy(copy, other)
      return copy
    }
    case 4:
      return fill(0, page, PAGE)
    case 5:
      return fill(what % 256, HEADER[at % HEADER.length] ?? 0, 1)
    case 6:
      return Buffer.concat([
        copy.subarray(0, place),
        Buffer.alloc(what % 300, what % 256),
        copy.subarray(place),
      ])
    // The first bytes of a page say how it is to be read.
    case 7:
      return fill(what % 256, page + (at % 12), 1)
    case 8:
      return (
        [
          Buffer.alloc(0),
          Buffer.from('not a database\n'),
          Buffer.alloc(PAGE * 2, what % 256),
          copy.subarray(0, 100),
          copy.subarray(PAGE),
        ][what % 5] ?? copy
      )
    default: {
      const word = Buffer.from(WORDS[what % WORDS.length] ?? '')
      const found = copy.indexOf(word, place)
      if (found === -1) return copy
      return fill([0, 0x22, 0x30, 0x7d, 0xff][at % 5] ?? 0, found, 1 + (at % word.length))
    }
  }
}

interface Original {
  readonly file: Buffer
  readonly log: Buffer
  /** Somebody who is in it. */
  readonly person: string
}

/** A small study, and a later change of it that stands in the log alone. */
async function makeOriginal(bench: Bench): Promise<Original> {
  const crawlers = (await loadCrawlers()).filter(({ route }) => route in SUBJECTS)
  const db = await HostileDatabase.make(
    bench,
    'original.db',
    generateWorld(11, { ...TINY, users: 3, posts: 4 }),
    crawlers,
  )
  db.connection.close()
  await bench.closeStore(db.store)
  const sqlite = new Database(bench.file('original.db'))
  sqlite.pragma('wal_checkpoint(TRUNCATE)')
  sqlite.exec("UPDATE users SET bio = 'written to the log'; UPDATE checkpoints SET reason = 'in the log'")
  const person = sqlite.prepare('SELECT min(user_id) FROM posts').pluck().get() as string
  const original = {
    person,
    file: readFileSync(bench.file('original.db')),
    log: readFileSync(bench.file('original.db-wal')),
  }
  sqlite.close()
  return original
}

/** A query as the command `sql` asks it, without the process that it would start. */
function ask(file: string): { code: number; stdout: string; stderr: string } {
  try {
    for (const table of ['users', 'posts', 'checkpoints', 'pages']) {
      const query = new ReadQuery(file, `SELECT * FROM ${table}`, {})
      try {
        for (const _ of query.rows()) continue
      } finally {
        query.close()
      }
    }
    return { code: 0, stdout: '', stderr: '' }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { code: error.exit, stdout: '', stderr: `sora-crawl: ${error.line}\n` }
  }
}

describe('a database whose bytes were changed', () => {
  let bench: Bench
  let original: Original
  beforeAll(async () => {
    bench = new Bench()
    original = await makeOriginal(bench)
  })
  afterAll(() => bench.end())

  it(
    'is used, or refused in one line, and is left as it was by what only reads',
    { timeout: 3_600_000 },
    async () => {
      const folder = bench.file('harmed')
      const file = path.join(folder, 'sora.db')
      const codes = new Map<number, number>()
      const check = async (told: { what: string; inLog: boolean; harms: readonly Harm[] }): Promise<void> => {
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder)
        const bytes = told.harms.reduce(harmed, told.inLog ? original.log : original.file)
        writeFileSync(file, told.inLog ? original.file : bytes)
        if (told.inLog) writeFileSync(`${file}-wal`, bytes)
        const before = [readFileSync(file), told.inLog ? bytes : undefined]
        const started = performance.now()
        const words = told.what.replaceAll('OUT', folder).replace('WHO', original.person).split(' ')
        const said = told.what === 'sql' ? ask(file) : await command([...words, '--db', file])
        if (performance.now() - started > LONGEST_MS) throw new Error('it took too long')
        codes.set(said.code, (codes.get(said.code) ?? 0) + 1)
        const fault = misbehaviour(said, CODES[words[0] ?? ''] ?? [0, 2, 4])
        if (fault !== undefined) throw new Error(`${told.what}: ${fault}`)
        // A writer takes the log into the file when it opens it, whatever comes of it then.
        if (!COMMANDS.reads.includes(told.what) && told.inLog) return
        // A replay is wholly done or not at all; others drop what they can before they come upon what is
        // damaged.
        if (COMMANDS.writes.includes(told.what) && (told.what !== 'replay' || said.code === 0)) return
        const after = [readFileSync(file), told.inLog ? readFileSync(`${file}-wal`) : undefined]
        if (
          before[0]?.equals(after[0] ?? Buffer.alloc(0)) !== true ||
          (before[1] !== undefined && !before[1].equals(after[1] ?? Buffer.alloc(0)))
        )
          throw new Error(`${told.what} has changed the file`)
      }
      await fc.assert(fc.asyncProperty(story, check), { numRuns: RUNS, seed: SEED })
      console.info(
        `${RUNS} databases: ${[...codes].map(([code, times]) => `exit ${code} ${times} times`).join(', ')}`,
      )
      expect(codes.get(2)).toBeGreaterThan(RUNS / 10)
      expect(codes.get(0)).toBeGreaterThan(RUNS / 10)
    },
  )

  test('is refused by the program as by its parts', { timeout: 120_000 }, async ({ bench: place }) => {
    const bad = [
      original.file.subarray(0, 3 * PAGE),
      Buffer.from(original.file).fill(0xff, PAGE, 3 * PAGE),
      Buffer.from('not a database, but long enough to look like one'.repeat(200)),
    ]
    const commands = [
      'status',
      'export --out out',
      'forget user-ann --yes',
      'coverage --json',
      'report --out out.html',
      'prune --raw 0d',
      'sql SELECT_1',
      'check',
      'replay --dry-run',
      'plan feed',
      'crawl feed --sandbox --max-requests 2',
    ]
    for (const [n, what] of commands.entries()) {
      const [file, bytes] = [place.file(`bad${n}.db`), bad[n % bad.length] ?? Buffer.alloc(0)]
      writeFileSync(file, bytes)
      const said = await place.run([
        ...what.split(' ').map(word => word.replace('SELECT_1', 'SELECT * FROM users')),
        '--db',
        file,
      ])
      expect([
        what,
        misbehaviour({ ...said, code: said.code ?? -1 }, what === 'check' ? [2, 3] : [2]),
      ]).toEqual([what, undefined])
      expect([what, readFileSync(file).equals(bytes)]).toEqual([what, true])
      rmSync(file)
    }
    expect(existsSync(place.file('bad0.db'))).toBe(false)
    expect(readdirSync(place.dir).filter(name => name.endsWith('-journal'))).toEqual([])
    cpSync(bench.file('original.db'), place.file('good.db'))
    expect((await place.run(['status', '--db', place.file('good.db')])).code).toBe(0)
  })
})
