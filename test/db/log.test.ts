import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { openForReading, openForWriting } from '../../src/db/open.js'
import { test } from './support/database.js'
import { planOf, takeNext } from './support/plans.js'

const logBytes = (file: string): number => statSync(`${file}-wal`).size

describe('the log of a database', () => {
  test('that grew while somebody read is small again when they have gone', ({ bench }) => {
    const file = bench.file()
    const { sqlite } = openForWriting(file)
    const write = sqlite.prepare(
      'INSERT INTO meta (key, value) VALUES (?, zeroblob(1000000)) ON CONFLICT DO UPDATE SET ' +
        'value = randomblob(1000000)',
    )
    write.run('0')
    const reader = openForReading(file).sqlite
    reader.exec('BEGIN; SELECT count(*) FROM meta')
    for (let n = 0; n < 100; n += 1) write.run(String(n % 10))
    expect(logBytes(file)).toBeGreaterThan(90_000_000)
    reader.close()
    for (let n = 0; n < 3; n += 1) write.run(String(n))
    expect(logBytes(file)).toBeLessThan(50_000_000)
    sqlite.close()
  })

  test('takes no more for a request of a run with many seeds than of one with few', async ({ bench }) => {
    const frames: number[] = []
    for (const [name, seeds] of [
      ['few.db', 1],
      ['many.db', 50_000],
    ] as const) {
      const store = bench.store(name)
      const run = await store.openRun({
        ...planOf(['feed', 'leaderboard']),
        options: { seeds: Array.from({ length: seeds }, (_, n) => `user-${n}`) },
      })
      await takeNext(store, run)
      const before = framesIn(bench.connect(name))
      await takeNext(store, run)
      frames.push(framesIn(bench.connect(name)) - before)
    }
    expect(frames[1]).toBeLessThanOrEqual((frames[0] ?? 0) + 2)
  })
})

/** Pages in the log. */
function framesIn(sqlite: Database.Database): number {
  const [state] = sqlite.pragma('wal_checkpoint(NOOP)') as { log: number }[]
  return state?.log ?? 0
}
