import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { MIGRATIONS } from '../../src/db/migrate.js'
import { openForReading, openForWriting } from '../../src/db/open.js'
import { asNobody, codeOf, test, type Bench } from './support/database.js'
import { planOf, readAll, rowsOf } from './support/plans.js'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))
const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A database with a post, closed. */
async function filled(bench: Bench): Promise<string> {
  const store = bench.store()
  const run = await store.openRun(planOf(['feed']))
  await readAll(store, run, () => ({ rows: rowsOf(page => page.tell('posts', { id: 's_1', text: 'kept' })) }))
  await bench.closeStore(store)
  return bench.file()
}

/** The migrations of a version to come, which has one more. */
function future(bench: Bench, ...statements: readonly string[]): string {
  const folder = bench.file('migrations')
  cpSync(MIGRATIONS, folder, { recursive: true })
  const file = join(folder, 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(file, 'utf8')) as {
    entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[]
  }
  const last = journal.entries.at(-1)
  if (last === undefined) throw new Error('there are no migrations')
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: 'the_future' })
  writeFileSync(file, JSON.stringify(journal))
  writeFileSync(join(folder, 'the_future.sql'), statements.join('\n--> statement-breakpoint\n'))
  return folder
}

const copies = (bench: Bench): string[] => readdirSync(bench.dir).filter(name => name.includes('.backup-'))
const GOOD = [
  'ALTER TABLE posts ADD COLUMN mood TEXT',
  "UPDATE posts SET mood = 'good'",
  'CREATE TABLE moods (id TEXT PRIMARY KEY)',
]

function textsIn(file: string): unknown[] {
  const sqlite = new Database(file, { readonly: true })
  const rows = sqlite.prepare('select * from posts').all()
  sqlite.close()
  return rows
}

describe('a database of an earlier version', () => {
  test('is copied, and its tables are brought up with what they hold', async ({ bench }) => {
    const file = await filled(bench)
    const before = textsIn(file)
    openForWriting(file, future(bench, ...GOOD)).sqlite.close()
    expect(textsIn(file)).toEqual([{ ...(before[0] as object), mood: 'good' }])
    expect(copies(bench)).toEqual([
      expect.stringMatching(/^sora\.db\.backup-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/),
    ])
    expect(textsIn(bench.file(copies(bench)[0]))).toEqual(before)
    openForReading(bench.file(copies(bench)[0])).sqlite.close()
  })

  test('is copied once: a database of this version, and a new one, are not', async ({ bench }) => {
    const file = await filled(bench)
    openForWriting(file).sqlite.close()
    expect(copies(bench)).toEqual([])
    const folder = future(bench, ...GOOD)
    for (let n = 0; n < 3; n += 1) openForWriting(file, folder).sqlite.close()
    expect(copies(bench)).toHaveLength(1)
    openForWriting(bench.file('new.db'), folder).sqlite.close()
    expect(copies(bench)).toHaveLength(1)
  })

  test('stays as it was where a migration fails', async ({ bench }) => {
    const file = await filled(bench)
    const before = textsIn(file)
    const folder = future(bench, ...GOOD, 'INSERT INTO nowhere VALUES (1)')
    expect(codeOf(() => openForWriting(file, folder))).toBe('bad-database')
    expect(textsIn(file)).toEqual(before)
    openForWriting(file).sqlite.close()
    expect(bench.column("select name from sqlite_master where name = 'moods'")).toEqual([])
  })

  test('stays as it was where the process dies in the middle, and the next one brings it up', async ({
    bench,
  }) => {
    const file = await filled(bench)
    const before = textsIn(file)
    const folder = future(bench, ...GOOD)
    const script = `
      const { onFailpoint } = await import(${JSON.stringify(`${DIST}/failpoint.js`)})
      const { openForWriting } = await import(${JSON.stringify(`${DIST}/db/open.js`)})
      let seen = 0
      onFailpoint((point) => { if (point === 'mid-migration' && ++seen === Number(process.argv[1])) process.kill(process.pid, 'SIGKILL') })
      openForWriting(${JSON.stringify(file)}, ${JSON.stringify(folder)})`
    for (const step of ['1', '2', '3', '4']) {
      const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, step], {
        encoding: 'utf8',
      })
      expect({ step, signal, stderr }).toEqual({ step, signal: 'SIGKILL', stderr: '' })
      expect(textsIn(file)).toEqual(before)
    }
    openForWriting(file, folder).sqlite.close()
    expect(textsIn(file)).toEqual([{ ...(before[0] as object), mood: 'good' }])
    for (const name of copies(bench)) expect(textsIn(bench.file(name))).toEqual(before)
  })

  test('is left alone, to the byte, where no copy can be made', async ({ bench }) => {
    const file = await filled(bench)
    const folder = future(bench, ...GOOD)
    const before = hash(file)
    chmodSync(bench.dir, 0o555)
    expect(asNobody(() => codeOf(() => openForWriting(file, folder)))).toBe('bad-database')
    chmodSync(bench.dir, 0o755)
    expect(hash(file)).toBe(before)
    expect(copies(bench)).toEqual([])
  })

  test('is refused by an earlier version, to the byte, once it was brought up', async ({ bench }) => {
    const file = await filled(bench)
    openForWriting(file, future(bench, ...GOOD)).sqlite.close()
    const before = hash(file)
    expect(codeOf(() => openForWriting(file))).toBe('newer-database')
    expect(codeOf(() => openForReading(file))).toBe('newer-database')
    expect(hash(file)).toBe(before)
  })
})

describe('a damaged file is refused and left as it is, to the byte', () => {
  test.for([
    ['cut off in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1), /cut off/],
    ['cut off after its header', (bytes: Buffer) => bytes.subarray(0, 100), /cut off/],
    ['cut off within its header', (bytes: Buffer) => bytes.subarray(0, 40), /./],
    ['without its first bytes', (bytes: Buffer) => bytes.subarray(1), /not an SQLite database/],
    [
      'with another head',
      (bytes: Buffer) => Buffer.concat([Buffer.alloc(100, 7), bytes.subarray(100)]),
      /not an SQLite database/,
    ],
    [
      'with a schema of noise',
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(3_000, 0x5a), bytes.subarray(3_100)]),
      /./,
    ],
  ] as const)('%s', async ([, damage, said], { bench }) => {
    const file = await filled(bench)
    writeFileSync(file, damage(readFileSync(file)))
    const before = hash(file)
    for (const open of [() => openForWriting(file), () => openForReading(file)]) {
      expect(codeOf(open)).toBe('bad-database')
      expect(open).toThrow(said)
    }
    expect(hash(file)).toBe(before)
  })

  test('a pipe is no file, and nobody waits for it', ({ bench }) => {
    expect(spawnSync('mkfifo', [bench.file('pipe')]).status).toBe(0)
    expect(codeOf(() => openForWriting(bench.file('pipe')))).toBe('bad-database')
    expect(codeOf(() => openForReading(bench.file('pipe')))).toBe('bad-database')
  })
})

describe('a log beside the file', () => {
  test('of noise is no harm', async ({ bench }) => {
    const file = await filled(bench)
    const before = textsIn(file)
    writeFileSync(`${file}-wal`, Buffer.alloc(70_000, 0xa5))
    openForWriting(file).sqlite.close()
    expect(textsIn(file)).toEqual(before)
  })

  test('that is lost leaves what had been copied into the file', async ({ bench }) => {
    const file = await filled(bench)
    const { sqlite } = openForWriting(file)
    sqlite.exec("insert into posts (id, first_seen_at, last_seen_at) values ('s_2', '', '')")
    bench.copy('sora.db', 'alone.db')
    sqlite.close()
    const alone = openForWriting(bench.file('alone.db')).sqlite
    expect(alone.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(alone.prepare('select id from posts').pluck().all()).toEqual(['s_1'])
    alone.close()
  })
})
