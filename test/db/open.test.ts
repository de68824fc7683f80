import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { openStore, Reader } from '../../src/db/index.js'
import { openForReading, openForWriting } from '../../src/db/open.js'
import { AppError } from '../../src/errors.js'
import { asNobody, codeOf, test, type Bench } from './support/database.js'
import { answer, planOf, readAll, rowsOf } from './support/plans.js'

const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
const open =
  (file: string, origin: 'sandbox' | 'real' = 'sandbox') =>
  () =>
    openStore(file, origin)

/** A database with one post in it, closed. */
async function filled(bench: Bench): Promise<string> {
  const store = bench.store()
  const run = await store.openRun(planOf(['feed']))
  await readAll(store, run, () => ({ rows: rowsOf(page => page.tell('posts', { id: 's_1', text: 'kept' })) }))
  await bench.closeStore(store)
  return bench.file()
}

describe('a database', () => {
  test('is made where there is none, with its folders', async ({ bench }) => {
    const file = bench.file('a/b/c/sora.db')
    await openStore(file, 'sandbox').close()
    const sqlite = new Database(file, { readonly: true })
    expect(sqlite.pragma('application_id', { simple: true })).toBe(0x53_4f_52_41)
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    sqlite.close()
  })

  test('is made in a file that is empty', async ({ bench }) => {
    writeFileSync(bench.file(), '')
    await bench.store().openRun(planOf(['feed']))
  })

  test('is opened again with what it holds, as often as one likes', async ({ bench }) => {
    const file = await filled(bench)
    for (let n = 0; n < 3; n += 1) await openStore(file, 'sandbox').close()
    expect(bench.rows('select id, text from posts')).toEqual([{ id: 's_1', text: 'kept' }])
  })

  test('survives that everything but its own file is lost when it is closed', async ({ bench }) => {
    await filled(bench)
    bench.copy('sora.db', 'copy.db')
    const copy = bench.connect('copy.db')
    expect(copy.prepare('select text from posts').pluck().all()).toEqual(['kept'])
  })

  test('can be read while it is written to', async ({ bench }) => {
    const file = await filled(bench)
    const store = bench.store()
    const run = await store.openRun(planOf(['leaderboard']))
    const candidate = await store.next(run)
    expect(candidate).toBeDefined()
    const reader = new Reader(file)
    expect(reader.status(10).rows).toMatchObject({ posts: 1 })
    if (candidate !== undefined)
      await answer(store, await store.reserve(candidate, 'get_cameo_leaderboard', 1), {
        rows: rowsOf(page => page.tell('users', { id: 'user-a' })),
      })
    expect(reader.status(10).rows).toMatchObject({ users: 1 })
    reader.close()
  })
})

describe('what is no database of this program', () => {
  test('is refused and left as it is: a database of another program', ({ bench }) => {
    const foreign = bench.connect('foreign.db', false)
    foreign.exec(
      "create table notes (id integer primary key, text); insert into notes (text) values ('mine')",
    )
    foreign.close()
    const before = hash(bench.file('foreign.db'))
    expect(codeOf(open(bench.file('foreign.db')))).toBe('bad-database')
    expect(codeOf(() => new Reader(bench.file('foreign.db')))).toBe('bad-database')
    expect(hash(bench.file('foreign.db'))).toBe(before)
  })

  test('is refused and left as it is: a text file', ({ bench }) => {
    const file = bench.file('notes.txt')
    writeFileSync(file, 'These are my notes, and no database.\n'.repeat(100))
    const before = hash(file)
    expect(codeOf(open(file))).toBe('bad-database')
    expect(codeOf(() => new Reader(file))).toBe('bad-database')
    expect(hash(file)).toBe(before)
  })

  test('is refused: a folder', ({ bench }) => {
    mkdirSync(bench.file('folder'))
    expect(codeOf(open(bench.file('folder')))).toBe('bad-database')
    expect(codeOf(() => new Reader(bench.file('folder')))).toBe('bad-database')
  })

  test('is refused: a file below a file', ({ bench }) => {
    writeFileSync(bench.file('plain'), 'x')
    expect(codeOf(open(bench.file('plain/sora.db')))).toBe('bad-database')
  })

  test('is refused for reading: nothing, and a file that is empty', ({ bench }) => {
    expect(codeOf(() => new Reader(bench.file('none.db')))).toBe('bad-database')
    writeFileSync(bench.file('empty.db'), '')
    expect(codeOf(() => new Reader(bench.file('empty.db')))).toBe('bad-database')
    expect(existsSync(bench.file('none.db'))).toBe(false)
  })

  test('is refused where it is cut off in the middle, in words of the catalogue', async ({ bench }) => {
    const file = await filled(bench)
    writeFileSync(file, readFileSync(file).subarray(0, 5_000))
    expect(['bad-database', 'disk-full']).toContain(codeOf(open(file)))
  })
})

describe('a database of a newer program', () => {
  test('is refused and left as it is, for writing and for reading', async ({ bench }) => {
    const file = await filled(bench)
    const newer = bench.connect('sora.db', false)
    newer
      .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
      .run('of the future', Date.UTC(2199, 0, 1))
    newer.close()
    const before = hash(file)
    expect(codeOf(open(file))).toBe('newer-database')
    expect(codeOf(() => openForReading(file))).toBe('newer-database')
    expect(hash(file)).toBe(before)
  })
})

describe('where nothing may be written', () => {
  test('a database cannot be made, and the error says where', ({ bench }) => {
    mkdirSync(bench.file('locked'))
    chmodSync(bench.file('locked'), 0o555)
    chmodSync(bench.dir, 0o755)
    const file = bench.file('locked/sora.db')
    asNobody(() => {
      expect(codeOf(open(file))).toBe('bad-database')
      expect(codeOf(open(bench.file('locked/deeper/sora.db')))).toBe('bad-database')
      expect(open(file)).toThrow(file)
    })
  })

  test('an existing database is refused, whether its file or its folder is read-only', async ({ bench }) => {
    const file = await filled(bench)
    const before = hash(file)
    chmodSync(bench.dir, 0o777)
    chmodSync(file, 0o444)
    expect(asNobody(() => codeOf(open(file)))).toBe('bad-database')
    chmodSync(file, 0o666)
    chmodSync(bench.dir, 0o555)
    expect(asNobody(() => codeOf(open(file)))).toBe('bad-database')
    chmodSync(bench.dir, 0o755)
    expect(hash(file)).toBe(before)
  })

  test('nothing is left locked by a refusal', async ({ bench }) => {
    writeFileSync(bench.file(), 'no database'.repeat(100))
    expect(codeOf(open(bench.file()))).toBe('bad-database')
    expect(codeOf(open(bench.file()))).toBe('bad-database')
    writeFileSync(bench.file(), '')
    await openStore(bench.file(), 'sandbox').close()
  })
})

describe('where the data is from', () => {
  test('is decided once for the life of a database', async ({ bench }) => {
    const file = await filled(bench)
    expect(codeOf(open(file, 'real'))).toBe('mixed-origin')
    await openStore(file, 'sandbox').close()
    await openStore(bench.file('real.db'), 'real').close()
    expect(codeOf(open(bench.file('real.db'), 'sandbox'))).toBe('mixed-origin')
  })
})

describe('an error of the database', () => {
  test('is an AppError in one line', ({ bench }) => {
    writeFileSync(bench.file(), 'x'.repeat(2_000))
    expect(open(bench.file())).toThrow(AppError)
    try {
      openForWriting(bench.file())
    } catch (error) {
      expect((error as AppError).line).not.toMatch(/[\r\n]/)
      expect((error as AppError).exit).toBe(2)
    }
  })
})
