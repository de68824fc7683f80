import { writeFileSync } from 'node:fs'

import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { contents } from '../support/replay.js'
import { expectExit } from '../e2e/judge.js'
import { soundnessOf } from './support/contents.js'
import { armed } from './support/crashing.js'

const ANSWERS = Array.from({ length: 450 }, (_, n) => ({
  route: 'get_user_profile',
  params: { user_id: `user-${n}` },
  received_at: '2026-01-01T00:00:00Z',
  body: { profile: { user_id: `user-${n}`, username: `name${n}`, follower_count: n } },
}))

describe.concurrent('kill -9 while answers are imported', () => {
  test.for([1, 201, 320])(
    'at mid-import, time %i, keeps whole answers, and the same command takes in the rest',
    async (hit, { bench }) => {
      const file = bench.file('answers.jsonl')
      writeFileSync(file, ANSWERS.map(answer => `${JSON.stringify(answer)}\n`).join(''))
      const killed = await bench.run(['import', file, '--db', bench.db], {
        env: armed(`${'mid-import'}:${hit}:kill`),
      })
      expect(killed.signal).toBe('SIGKILL')
      expect(soundnessOf(bench.open())).toEqual({ integrity: 'ok', foreignKeys: [] })
      const kept = bench.count('pages')
      expect([kept, kept, kept]).toEqual([
        bench.count('users'),
        bench.count('imports'),
        bench.count('requests'),
      ])
      expect(kept).toBeLessThan(hit)
      expectExit(await bench.run(['import', file, '--db', bench.db]), 0)
      expectExit(await bench.run(['import', file, '--db', bench.file('calm.db')]), 0)
      const [once, calm] = [contents(bench.db), contents(bench.file('calm.db'))]
      for (const table of ['users', 'user_metrics', 'usernames', 'imports'])
        expect(once[table]?.length, table).toBe(ANSWERS.length)
      expect(once['users']).toEqual(calm['users'])
    },
  )
})
