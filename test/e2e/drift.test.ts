import { describe, expect } from 'vitest'

import { contentDifferences, contents, replay } from '../support/replay.js'
import { test, type Bench } from '../support/run.js'
import type { World } from '../support/world/model.js'
import type { Override, WorldServer } from '../support/world/server.js'
import { crowd, story, userId } from '../support/world/story.js'
import type { Json, JsonObject } from '../support/world/wire.js'
import { expectExit } from './judge.js'

const POSTS = crowd('post', 40)
const TODAY = new Date().toISOString().slice(0, 10)

function studio(): World {
  return story({ users: [{ name: 'star' }], posts: POSTS.map(name => ({ name, by: 'star' })) })
}

/** Changes the post and the profile of every record that `get_user_posts` lists. */
function edited(change: (post: JsonObject, profile: JsonObject, n: number) => void): Override {
  return ({ route }, usual) => {
    if (route !== 'get_user_posts') return undefined
    const data = structuredClone(usual.data) as { items: { post: JsonObject; profile: JsonObject }[] }
    data.items.forEach(({ post, profile }, n) => {
      change(post, profile, n)
    })
    return { ...usual, data: data as unknown as Json }
  }
}

interface Drift {
  kind: string
  path: string
  got: string
  records: number
}

async function statusOf(bench: Bench): Promise<{ text: string; drift: Drift[]; drift_count: number }> {
  const [text, json] = await Promise.all([
    bench.run(['status', '--db', bench.db]),
    bench.run(['status', '--db', bench.db, '--json']),
  ])
  expectExit(text, 0)
  return {
    text: text.stdout.slice(text.stdout.indexOf('Drift')),
    ...(JSON.parse(json.stdout) as { drift: Drift[]; drift_count: number }),
  }
}

async function crawlPosts(bench: Bench, server: WorldServer, override?: Override): Promise<void> {
  server.override = override
  expectExit(await bench.crawl(server, [userId('star'), '--collect', 'posts', '--full']), 0)
}

/** A replay finds everything as it is, and so does one after older pages have been dropped. */
async function expectReplayable(bench: Bench): Promise<void> {
  const before = contents(bench.db)
  await replay(bench.db)
  expect(contentDifferences(before, contents(bench.db))).toEqual([])
}

describe.concurrent('drift', () => {
  test('names fields that changed their type, that are new, and that no longer come', async ({ bench }) => {
    const server = await bench.serve({ world: studio(), pageSize: 15 })
    await crawlPosts(bench, server)
    expect((await statusOf(bench)).drift).toEqual([])
    await crawlPosts(
      bench,
      server,
      edited((post, profile, n) => {
        post['like_count'] = String(post['like_count'])
        post['mood'] = n % 2 === 0 ? 'calm' : null
        delete post['view_count']
        delete profile['username']
        // None of these says anything: may be absent, or has the name of the other form.
        for (const name of [
          'shared_by',
          'emoji',
          'is_featured',
          'parent_post_id',
          'root_post_id',
          'tombstoned_at',
        ])
          delete post[name]
        for (const [native, other] of [
          ['description', 'bio'],
          ['verified', 'is_verified'],
          ['likes_received_count', 'like_count'],
        ] as const) {
          profile[other] = profile[native] ?? null
          delete profile[native]
        }
        // Nearly all records still have it.
        if (n === 7) delete post['remix_count']
      }),
    )
    const { text, drift } = await statusOf(bench)
    expect(
      drift.map(({ kind, path, got, records }) => `${kind} ${path} ${got} ${records}`).toSorted(),
    ).toEqual([
      'added post.mood a field 40',
      'dropped post.view_count nothing 40',
      'dropped profile.username nothing 40',
      'type post.like_count string 40',
    ])
    expect(text).toContain(
      `post.like_count was a string in 40 records since ${TODAY}; not stored, for a number was expected`,
    )
    expect(text).toContain(`post.mood appeared in 40 records since ${TODAY}; no column has it`)
    expect(text).toContain(`post.view_count was missing in 40 records since ${TODAY}; present before`)
    await expectReplayable(bench)
    // What is known of the posts stays.
    expect(bench.count('posts where view_count is null or like_count is null')).toBe(0)

    await crawlPosts(bench, server)
    await crawlPosts(
      bench,
      server,
      edited(post => void delete post['view_count']),
    )
    expect((await statusOf(bench)).drift.find(({ path }) => path === 'post.view_count')).toMatchObject({
      records: 80,
    })
    await expectReplayable(bench)
    expectExit(await bench.run(['prune', '--raw', '0d', '--db', bench.db]), 0)
    await expectReplayable(bench)
  })

  test(
    'is none where a field comes and goes, nor where it never came, nor before ten records are ' +
      'without it',
    async ({ bench }) => {
      const server = await bench.serve({ world: studio(), pageSize: 15 })
      await crawlPosts(
        bench,
        server,
        edited((post, _profile, n) =>
          n % 3 === 0 ? void delete post['view_count'] : void delete post['remix_count'],
        ),
      )
      await crawlPosts(
        bench,
        server,
        edited(post => void delete post['remix_count']),
      )
      const one = await bench.serve({
        world: story({
          users: [{ name: 'star' }],
          posts: POSTS.slice(0, 9).map(name => ({ name, by: 'star' })),
        }),
        pageSize: 15,
      })
      await crawlPosts(
        bench,
        one,
        edited(post => void delete post['like_count']),
      )
      expect((await statusOf(bench)).drift).toEqual([])
      await expectReplayable(bench)
    },
  )

  test('stays small whatever comes, says that there is more, and shows nothing that controls a terminal', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: studio(), pageSize: 10 })
    let names = 0
    const flood = edited(post => {
      for (let n = 0; n < 200; n += 1) post[`field_${(names += 1)}`] = n
      post['\u001B[2J\u0007 evil'] = 1
    })
    await crawlPosts(bench, server, flood)
    await crawlPosts(bench, server, flood)
    expect(bench.count('drift')).toBe(101)
    const { text, drift, drift_count } = await statusOf(bench)
    expect(drift_count).toBe(101)
    expect(drift[0]).toMatchObject({
      kind: 'added',
      path: '(other fields)',
      records: names - 100 + 2 * POSTS.length,
    })
    expect(text).toMatch(/and 91 more \(--limit 101 shows all\)/)
    expect([...text].filter(char => char !== '\n' && /\p{Cc}/u.test(char))).toEqual([])
    await expectReplayable(bench)
    expectExit(await bench.run(['check', '--db', bench.db]), 0)
  })
})
