import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { interpretAnswer } from '../../src/api/answer.js'
import { routes } from '../../src/api/index.js'
import { AppError } from '../../src/errors.js'
import { test, type Bench } from './support/database.js'
import { answer, planOf, refuse, rowsOf, takeNext } from './support/plans.js'

const isUtf8 = (hex: unknown): boolean => {
  try {
    new TextDecoder('utf8', { fatal: true }).decode(Buffer.from(String(hex), 'hex'))
    return true
  } catch {
    return false
  }
}

/** Every text of the database that is no valid UTF-8, as `table.column`. */
function illFormed(bench: Bench): string[] {
  const tables = bench.column("select name from sqlite_master where type = 'table'").map(String)
  return tables.flatMap(table =>
    bench.column('select name from pragma_table_info(?)', table).flatMap(column => {
      const texts = bench.column(
        `select hex("${String(column)}") from "${table}" where typeof("${String(column)}") = 'text'`,
      )
      return texts.every(isUtf8) ? [] : [`${table}.${String(column)}`]
    }),
  )
}

describe('text', () => {
  test('comes back as it was stored, whatever its characters are', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const texts = [
      ...fc.sample(fc.string({ unit: 'binary' }), 200),
      'a\0b',
      '\0',
      '',
      ' ',
      '\r\n',
      '🪁',
      '\u202E',
      "'; drop table posts; --",
      '=1+1',
    ]
    const post = (text: string, n: number): { id: string } => Object.assign({ id: `s_${n}` }, { text })
    await answer(store, await takeNext(store, run), {
      rows: rowsOf(page => texts.forEach((text, n) => page.tell('posts', post(text, n)))),
    })
    await bench.closeStore(store)
    expect(new Map(bench.rows('select id, text from posts').map(({ id, text }) => [id, text]))).toEqual(
      new Map(texts.map((text, n) => [`s_${n}`, text])),
    )
  })

  test('as an id comes back unaltered, NUL included', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const ids = ['a\0b', 'a', ' a', 'A', '\u00e4', 'a\u0308', '__proto__', '%', "a'b", '["x"]']
    await answer(store, await takeNext(store, run), {
      rows: rowsOf(page => {
        for (const id of ids) {
          page.tell('users', { id })
          page.edge('follow', id, id)
        }
      }),
    })
    await bench.closeStore(store)
    expect(bench.column('select id from users').toSorted()).toEqual(ids.toSorted())
    expect(bench.column('select target_id from edges').toSorted()).toEqual(ids.toSorted())
  })

  test('is valid UTF-8 wherever it stands, whatever the server says in its refusals', async ({ bench }) => {
    const told = interpretAnswer(routes.get_feed, false, {
      status: 422,
      headers: {},
      text: '{"detail":"words \\ud800 of a server"}',
    })
    const words = told.kind === 'refusal' ? told.message : ''
    expect(words).toContain('of a server')
    const store = bench.store()
    const run = await store.openRun(planOf(['feed', 'leaderboard']))
    await refuse(
      store,
      await takeNext(store, run),
      { to: 'failed', reason: `HTTP 422: ${words}`, endsPass: true },
      { status: 422, error: `bad-request: ${words}` },
    )
    await store.closeRun(run.id, {
      finished: false,
      outcome: new AppError('rate-limited', words).line,
      exitCode: 4,
      stoppedBy: 'rate-limited',
    })
    await bench.closeStore(store)
    expect(illFormed(bench)).toEqual([])
  })
})

describe('what was paid for', () => {
  test('is kept raw, with its place in the pass, and what was set aside from it', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(planOf(['feed']))
    const body = '{"data":{"items":[null,{"id":5}]}}'
    const rows = rowsOf(page => {
      page.rejects.push(
        { reason: 'post: expected an object, got null', raw: 'null' },
        { reason: 'post.id: expected an id, got number', raw: '{"id":5}' },
      )
      page.drift.push(
        { path: 'post.view_count', expected: 'number', got: 'string' },
        { path: 'post.view_count', expected: 'number', got: 'string' },
      )
    })
    expect(
      await answer(store, await takeNext(store, run), {
        body,
        rows,
        served: 2,
        step: { state: 'open', cursor: 'c' },
      }),
    ).toMatchObject({ rejected: 2 })
    await answer(store, await takeNext(store, run), { body: '{"data":{"items":[]}}' })
    await bench.closeStore(store)
    expect(
      bench.rows('select id, request_id, run_id, route, pass, page, status from pages order by id'),
    ).toEqual([
      { id: 1, request_id: 1, run_id: run.id, route: 'get_feed', pass: 1, page: 1, status: 200 },
      { id: 2, request_id: 2, run_id: run.id, route: 'get_feed', pass: 1, page: 2, status: 200 },
    ])
    expect(gunzipSync(bench.value('select body from pages where id = 1') as Buffer).toString()).toBe(body)
    expect(
      bench.rows('select page_id, route, stream, reason, raw, program_version from rejects order by id'),
    ).toEqual([
      {
        page_id: 1,
        route: 'get_feed',
        stream: 'feed',
        reason: 'post: expected an object, got null',
        raw: 'null',
        program_version: '0.0.0-test',
      },
      {
        page_id: 1,
        route: 'get_feed',
        stream: 'feed',
        reason: 'post.id: expected an id, got number',
        raw: '{"id":5}',
        program_version: '0.0.0-test',
      },
    ])
    expect(bench.rows('select path, expected, got, records from drift')).toEqual([
      { path: 'post.view_count', expected: 'number', got: 'string', records: 2 },
    ])
  })
})
