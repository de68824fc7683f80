import { existsSync, readdirSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { rehearse, type CrawlStore, type RunEnd } from '../../src/db/index.js'
import { test, type Bench } from './support/database.js'
import { answer, finish, planOf, rowsOf, takeNext } from './support/plans.js'

const PLAN = planOf(['user a', 'user b'])
const OTHER = planOf(['user c'])
const CUT: RunEnd = { finished: false, outcome: 'interrupted', exitCode: 4, stoppedBy: 'interrupted' }

const runs = (bench: Bench): unknown[] =>
  bench.rows('select id, state, outcome, exit_code from runs order by id')

describe('a run', () => {
  test('that is unfinished is continued by the same command, as often as need be', async ({ bench }) => {
    for (const [invocation, resumed] of [
      [1, false],
      [2, true],
      [3, true],
    ] as const) {
      const store = bench.store()
      expect(await store.openRun(PLAN)).toMatchObject({ id: 1, resumed })
      await store.closeRun(1, CUT)
      await bench.closeStore(store)
      expect(runs(bench), `after invocation ${invocation}`).toEqual([
        { id: 1, state: 'unfinished', outcome: 'interrupted', exit_code: 4 },
      ])
    }
  })

  test('that is finished is followed by the next', async ({ bench }) => {
    const store = bench.store()
    const first = await store.openRun(PLAN)
    await finish(store, first)
    expect(await store.openRun(PLAN)).toMatchObject({ id: 2, resumed: false })
    expect(runs(bench)).toEqual([
      { id: 1, state: 'finished', outcome: 'finished', exit_code: 0 },
      expect.objectContaining({ id: 2, state: 'unfinished' }),
    ])
    expect(String(bench.value('select finished_at from runs where id = 1'))).toMatch(/Z$/)
  })

  test('of another command is its own, and the other stays unfinished', async ({ bench }) => {
    const store = bench.store()
    await store.openRun(PLAN)
    expect(await store.openRun(OTHER)).toMatchObject({ id: 2, resumed: false })
    expect(await store.openRun(PLAN)).toMatchObject({ id: 1, resumed: true })
    expect(bench.column('select state from runs')).toEqual(['unfinished', 'unfinished'])
  })

  test('that was given up is not continued, and its checkpoints stay', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(PLAN)
    await answer(store, await takeNext(store, run), { step: { state: 'open', cursor: 'c' } })
    await store.openRun(OTHER)
    expect(await store.abandonRuns()).toBe(2)
    expect(await store.abandonRuns()).toBe(0)
    const next = await store.openRun(PLAN)
    expect(next).toMatchObject({ id: 3, resumed: false })
    const leases = [await takeNext(store, next), await takeNext(store, next)]
    expect(leases.map(({ candidate }) => candidate.checkpoint.cursor).toSorted()).toEqual(['c', null])
    expect(bench.column('select state from runs order by id')).toEqual([
      'abandoned',
      'abandoned',
      'unfinished',
    ])
  })
})

describe('a rehearsal', () => {
  const work = async (store: CrawlStore): Promise<string> => {
    const run = await store.openRun(OTHER)
    await answer(store, await takeNext(store, run), {
      rows: rowsOf(page => page.tell('users', { id: 'user-new' })),
    })
    return 'done'
  }

  test('leaves nothing behind in a database, and lets go of it', async ({ bench }) => {
    const store = bench.store()
    const run = await store.openRun(PLAN)
    await answer(store, await takeNext(store, run), {
      rows: rowsOf(page => page.tell('users', { id: 'user-old' })),
    })
    await bench.closeStore(store)
    const dump = (): unknown =>
      ['runs', 'users', 'requests', 'pages', 'checkpoints', 'frontier', 'scope', 'members'].map(table =>
        bench.rows(`select * from ${table}`),
      )
    const before = dump()
    expect(await rehearse(bench.file(), work)).toBe('done')
    expect(dump()).toEqual(before)
    bench.store()
  })

  test('makes no database where there is none', async ({ bench }) => {
    expect(await rehearse(bench.file(), work)).toBe('done')
    expect(existsSync(bench.file())).toBe(false)
    expect(readdirSync(bench.dir)).toEqual([])
  })

  test('leaves nothing behind where it fails', async ({ bench }) => {
    await bench.closeStore(bench.store())
    await expect(
      rehearse(bench.file(), async store => {
        await store.openRun(PLAN)
        throw new Error('on purpose')
      }),
    ).rejects.toThrow('on purpose')
    expect(runs(bench)).toEqual([])
    bench.store()
  })
})
