/**
 * Faults of this program between an answer and its commit: the answer was paid for, so it is stored, and the
 * stream alone fails.
 */
import Database from 'better-sqlite3'
import { afterEach, describe, expect, vi } from 'vitest'
import { onFailpoint } from '../../src/failpoint.js'
import { PageReader } from '../../src/normalize/index.js'
import { crowd, story, userId } from '../support/world/story.js'
import { test, type Lab } from './support/invocation.js'

const names = crowd('fan', 5)
const world = story({
  users: ['star', 'moon', ...names].map(name => ({ name })),
  follows: names.flatMap((name): [string, string][] => [
    [name, 'star'],
    [name, 'moon'],
  ]),
})
const COMMAND = { seeds: [userId('star'), userId('moon')], collect: ['followers'] }

afterEach(() => {
  onFailpoint(undefined)
  vi.restoreAllMocks()
})

/** Throws the first time that a place is reached. */
const once = (): (() => void) => {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    throw new RangeError('Invalid time value')
  }
}

const places: Record<string, (file: string) => void> = {
  'as the answer comes': () => {
    const fail = once()
    onFailpoint(point => (point === 'after-answer' ? fail() : undefined))
  },
  'as its records are read': () => {
    const fail = once()
    const read = PageReader.prototype.listUser
    vi.spyOn(PageReader.prototype, 'listUser').mockImplementation(function (this: PageReader, record, id) {
      fail()
      return read.call(this, record, id)
    })
  },
  'in the middle of its commit': () => {
    const fail = once()
    onFailpoint(point => (point === 'mid-commit' ? fail() : undefined))
  },
  'as the database refuses a row of it': file => {
    const db = new Database(file)
    db.exec(
      `CREATE TRIGGER no BEFORE INSERT ON edges WHEN NEW.target_id = '${userId('star')}' BEGIN ` +
        `SELECT RAISE(ABORT, 'no such row'); END`,
    )
    db.close()
  },
}

async function crawled(
  lab: Lab,
  prepare: (file: string) => void,
): Promise<{
  exit: number
  requests: number
  look: <T>(sql: string) => T
  again: () => Promise<{ exit: number; requests: number }>
}> {
  const server = await lab.serve({ world, pageSize: 10 })
  const file = lab.database()
  prepare(file)
  const { outcome } = await lab.crawl(server, file, COMMAND)
  const requests = server.seen.length
  return {
    exit: outcome.exitCode,
    requests,
    look: sql => lab.look(file, db => db.prepare(sql).all() as never),
    again: async () => {
      onFailpoint(undefined)
      vi.restoreAllMocks()
      const db = new Database(file)
      db.exec('DROP TRIGGER IF EXISTS no')
      db.close()
      return {
        exit: (await lab.crawl(server, file, COMMAND)).outcome.exitCode,
        requests: server.seen.length - requests,
      }
    },
  }
}

describe('a fault of this program after an answer was paid for', () => {
  test.for(Object.entries(places))(
    '%s: the answer is stored as it came, its stream fails once, and the others are read',
    async ([, prepare], { lab }) => {
      const { exit, requests, look, again } = await crawled(lab, prepare)
      expect([exit, requests]).toEqual([3, 2])
      expect(look('SELECT state, status, cost_microusd > 0 AS paid FROM requests ORDER BY id')).toEqual([
        { state: 'answered', status: 200, paid: 1 },
        { state: 'answered', status: 200, paid: 1 },
      ])
      expect(
        look('SELECT count(*) AS n, count(DISTINCT request_id) AS requests FROM pages WHERE status = 200'),
      ).toEqual([{ n: 2, requests: 2 }])
      expect(
        look(
          "SELECT state, reason LIKE '%sora-crawl replay%' AS says FROM frontier WHERE state <> 'complete'",
        ),
      ).toEqual([{ state: 'failed', says: 1 }])
      expect(look('SELECT count(*) AS n FROM edges')).toEqual([{ n: names.length }])
      expect(await again()).toEqual({ exit: 0, requests: 2 })
      expect(look('SELECT count(*) AS n FROM edges')).toEqual([{ n: 2 * names.length }])
    },
  )

  test('for every answer: nothing more is paid for after ten, and each is stored', async ({ lab }) => {
    const many = crowd('user', 30)
    const server = await lab.serve({ world: story({ users: many.map(name => ({ name })) }), pageSize: 10 })
    const file = lab.database()
    onFailpoint(point => {
      if (point === 'mid-commit') throw new RangeError('Invalid time value')
    })
    await expect(lab.crawl(server, file, { seeds: many.map(userId), collect: ['profile'] })).rejects.toThrow(
      'Invalid time value',
    )
    expect(server.seen.length).toBe(10)
    expect(lab.look(file, db => db.prepare('SELECT count(*) FROM pages').pluck().get())).toBe(10)
  })
})
