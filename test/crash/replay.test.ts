import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { contentDifferences, contents } from '../support/replay.js'
import { expectExit } from '../e2e/judge.js'
import { soundnessOf } from './support/contents.js'
import { armed, FLAGS, SEEDS } from './support/crashing.js'

describe.concurrent('kill -9 while pages are replayed', () => {
  test.for([
    ['mid-replay', 1],
    ['mid-replay', 9],
    ['before-replay-commit', 1],
  ] as const)(
    'at %s, time %i, leaves every row as it was, and the next replay is whole',
    async ([point, hit], { bench }) => {
      const server = await bench.serve({ world: generateWorld(8, TINY) })
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      const before = contents(bench.db)
      const killed = await bench.run(['replay', '--db', bench.db], { env: armed(`${point}:${hit}:kill`) })
      expect(killed.signal).toBe('SIGKILL')
      expect(soundnessOf(bench.open())).toEqual({ integrity: 'ok', foreignKeys: [] })
      expect(contentDifferences(before, contents(bench.db))).toEqual([])
      expectExit(await bench.run(['replay', '--db', bench.db]), 0)
      expect(contentDifferences(before, contents(bench.db))).toEqual([])
    },
  )
})
