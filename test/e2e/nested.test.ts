import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { generateWorld, TINY } from '../support/world/generate.js'
import { expectExit } from './judge.js'

const DEPTH = 100_000

/** As deep as it is told to be, in the form of a list and of posts in posts. */
const FORMS = [
  ['a field that nobody reads', `"nobody_reads_this":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`],
  [
    'a field that is read',
    `"parent_post":${'{"post":{"id":"s_deep","parent_post":'.repeat(DEPTH / 2)}null${'}}'.repeat(DEPTH / 2)}`,
  ],
] as const

describe('an answer that is nested a hundred thousand deep', () => {
  test.for(FORMS)(
    'costs a crawl nothing but what cannot be read of it, in %s',
    { timeout: 60_000 },
    async ([, field], { bench }) => {
      const server = await bench.serve({ world: generateWorld(73, TINY) })
      expectExit(await bench.crawl(server, ['feed', '--collect', 'comments']), 0)
      // Where somebody has been forgotten, every answer is looked through for them.
      const person = bench
        .open()
        .prepare(
          'select id from users where id not in (select user_id from posts where user_id is not ' +
            'null) limit 1',
        )
        .pluck()
        .get() as string
      expectExit(await bench.run(['forget', person, '--yes', '--db', bench.db]), 0)
      const [sent, posts] = [server.seen.length, bench.count('posts')]
      let longest = 0
      server.override = (seen, usual) => {
        if (seen.route !== 'get_feed') return undefined
        const raw = JSON.stringify({ code: 200, data: usual.data }).replace('"post":{', `"post":{${field},`)
        longest = Math.max(longest, raw.length)
        return { ...usual, raw }
      }
      const again = await bench.crawl(server, ['feed', '--collect', 'comments'])
      expectExit(again, 0)
      expect(again.stderr).not.toContain('bug')
      expect(longest).toBeGreaterThan(DEPTH)
      expect(server.seen.length - sent).toBeLessThanOrEqual(sent)
      expect(bench.count('posts')).toBeGreaterThanOrEqual(posts)
      expectExit(await bench.run(['check', '--db', bench.db]), 0)
      expectExit(await bench.run(['replay', '--db', bench.db]), 0)
      expect(bench.count('posts')).toBeGreaterThanOrEqual(posts)
    },
  )
})
