import { copyFile } from 'node:fs/promises'

import { describe, expect } from 'vitest'

import { expectExit, jsonOf } from '../e2e/judge.js'
import { tracesIn } from '../e2e/traces.js'
import { test } from '../support/run.js'
import { departedWorld, FORMER, LEAVER_ID, NEEDLES } from '../support/world/departed.js'
import { contents } from '../support/replay.js'
import { soundnessOf } from './support/contents.js'
import { armed, FLAGS, SEEDS } from './support/crashing.js'

const WORDS = NEEDLES.filter(needle => needle !== FORMER)

describe.concurrent('kill -9 while a person is forgotten', () => {
  test.for([
    ['mid-forget', 1, false],
    ['mid-forget', 15, false],
    ['before-wipe', 1, true],
    ['mid-wipe', 1, true],
  ] as const)(
    'at %s, time %i, changes all rows or none, and the same command finishes it',
    async ([point, hit, isDone], { bench }) => {
      const { world, rename } = departedWorld()
      rename()
      const server = await bench.serve({ world })
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      await copyFile(bench.db, `${bench.db}.backup-2026-01-01T00-00-00.000Z`)
      const before = contents(bench.db)
      const args = ['forget', LEAVER_ID, '--yes', '--json', '--db', bench.db]
      expect((await bench.run(args, { env: armed(`${point}:${hit}:kill`) })).signal).toBe('SIGKILL')
      expect(soundnessOf(bench.open())).toEqual({ integrity: 'ok', foreignKeys: [] })
      expect(bench.count(`users where id = '${LEAVER_ID}'`)).toBe(isDone ? 0 : 1)
      if (!isDone) expect(contents(bench.db)).toEqual(before)
      else
        expect(
          (jsonOf(await bench.run(['check', '--json', '--db', bench.db])) as { faults: unknown[] }).faults,
        ).toMatchObject([{ part: 'file', fault: expect.stringContaining('interrupted') as string }])
      const again = await bench.run(args)
      expectExit(again, 0)
      expect(await tracesIn(bench.dir, bench.open(), WORDS)).toEqual([])
      expectExit(await bench.run(['check', '--db', bench.db]), 0)
    },
  )
})
