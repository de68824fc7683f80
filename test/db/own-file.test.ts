import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { OwnFile } from '../../src/db/own-file.js'
import { codeOf, test, type Bench } from './support/database.js'

const insert = (sqlite: Database.Database, text: string): void => {
  for (let n = 0; n < 100; n += 1) sqlite.prepare('INSERT INTO t VALUES (?)').run(text.repeat(500))
}

/** A database of 200 rows and a backup of it, then 100 rows more, and 100 that are in the log alone. */
function opened(bench: Bench): { file: string; sqlite: Database.Database; own: OwnFile } {
  const file = bench.file()
  let sqlite = new Database(file)
  sqlite.pragma('journal_mode = WAL')
  sqlite.exec('CREATE TABLE t (a)')
  insert(sqlite, 'x')
  insert(sqlite, 'x')
  sqlite.close()
  copyFileSync(file, bench.file('backup.db'))
  for (const pages of [1_000, 0]) {
    sqlite = new Database(file)
    sqlite.pragma(`wal_autocheckpoint = ${pages}`)
    sqlite.pragma('application_id = 7')
    insert(sqlite, 'y')
    if (pages > 0) sqlite.close()
  }
  return { file, sqlite, own: new OwnFile(file, sqlite) }
}

function rowsIn(file: string): unknown {
  const sqlite = new Database(file, { readonly: true })
  try {
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    return sqlite.prepare('SELECT count(*) FROM t').pluck().get()
  } finally {
    sqlite.close()
  }
}

type Harm = (bench: Bench, file: string) => void
const moveAll: Harm = (bench, file) => {
  for (const end of ['', '-wal', '-shm']) renameSync(file + end, bench.file(`moved.db${end}`))
}

describe('a database that is open', () => {
  test.for<[string, Harm, Record<string, number>]>([
    ['moved', (bench, file) => renameSync(file, bench.file('moved.db')), { 'moved.db': 400 }],
    ['moved with its log', moveAll, { 'moved.db': 400 }],
    ['deleted', (_, file) => rmSync(file), {}],
    ['deleted with its log', (_, file) => ['', '-wal', '-shm'].forEach(end => rmSync(file + end)), {}],
    ['replaced by a backup', (bench, file) => renameSync(bench.file('backup.db'), file), { 'sora.db': 200 }],
    [
      'moved, and a backup put in its place',
      (bench, file) => (moveAll(bench, file), copyFileSync(bench.file('backup.db'), file)),
      { 'sora.db': 200, 'moved.db': 400 },
    ],
    [
      'overwritten with a backup',
      (bench, file) => copyFileSync(bench.file('backup.db'), file),
      { 'sora.db': 200 },
    ],
    ['robbed of its log', (_, file) => rmSync(`${file}-wal`), { 'sora.db': 400 }],
    ['given a second name', (bench, file) => linkSync(file, bench.file('other.db')), { 'sora.db': 400 }],
  ])('and is %s is noticed, and what is there then is whole', ([, harm, left], { bench }) => {
    const { file, own } = opened(bench)
    own.check()
    harm(bench, file)
    expect(codeOf(() => own.check())).toBe('moved-database')
    own.close()
    for (const [name, rows] of Object.entries(left))
      expect([name, rowsIn(bench.file(name))]).toEqual([name, rows])
    expect(existsSync(file)).toBe('sora.db' in left)
  })

  test('and was overwritten since it was last written to is noticed as it is closed', ({ bench }) => {
    const { file, own } = opened(bench)
    copyFileSync(bench.file('backup.db'), file)
    expect(codeOf(() => own.close())).toBe('moved-database')
    expect(rowsIn(file)).toBe(200)
  })

  test.for<[string, Harm]>([
    ['nothing', () => undefined],
    ['a newer date', (_, file) => utimesSync(file, new Date(), new Date())],
    ['a checkpoint by somebody else', (_, file) => void other(file, 'PRAGMA wal_checkpoint(PASSIVE)')],
    [
      'a table of somebody else',
      (_, file) => void other(file, 'CREATE TABLE IF NOT EXISTS own (a); PRAGMA wal_checkpoint(PASSIVE)'),
    ],
    [
      'a VACUUM',
      (_, file) =>
        void other(file, 'DELETE FROM t WHERE rowid > 400; VACUUM; PRAGMA wal_checkpoint(PASSIVE)'),
    ],
  ])('goes on after %s', ([, work], { bench }) => {
    const { file, sqlite, own } = opened(bench)
    for (let n = 0; n < 3; n += 1) {
      own.check()
      work(bench, file)
      own.check()
      insert(sqlite, 'z')
      sqlite.pragma('wal_checkpoint(PASSIVE)')
    }
    own.check()
    own.close()
    expect(readdirSync(bench.dir).toSorted()).toEqual(['backup.db', 'sora.db'])
  })
})

function other(file: string, sql: string): void {
  const sqlite = new Database(file)
  sqlite.exec(sql)
  sqlite.close()
}
