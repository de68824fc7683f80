import { writeFile } from 'node:fs/promises'

import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { authorOf, discussed, holdBack, postsOf, takeOff } from '../support/world/changes.js'
import { listed, type Route } from '../support/world/model.js'
import type { Override, Seen, WorldServer } from '../support/world/server.js'
import { crowd, postId, starWith, story, userId } from '../support/world/story.js'
import type { Json, JsonObject } from '../support/world/wire.js'
import { expectExit } from './judge.js'

const STAR = userId('star')
const FOLLOWERS = [STAR, '--collect', 'followers']

async function cost(bench: Bench, server: WorldServer, args: readonly string[], code = 0): Promise<Seen[]> {
  const before = server.seen.length
  expectExit(await bench.crawl(server, args), code)
  return server.seen.slice(before)
}

/** The edges that are marked as gone, as `kind source target`. */
function gone(bench: Bench): string[] {
  return bench
    .open()
    .prepare(
      "select kind || ' ' || source_id || ' ' || target_id from edges where gone_at is not null order by 1",
    )
    .pluck()
    .all() as string[]
}

const edge = (kind: string, source: string, target: string): string => `${kind} ${source} ${target}`
const FAN1_LEFT = edge('follow', userId('fan1'), STAR)

/** A star whose followers have been read; then fan1 leaves. */
async function starLeftByFan1(bench: Bench, fans = 9): Promise<WorldServer> {
  const server = await bench.serve({ world: starWith(fans) })
  await cost(bench, server, FOLLOWERS)
  takeOff(server.world, 'get_user_followers', STAR, userId('fan1'))
  return server
}

function deadCursor(times: number): Override {
  let left = times
  return ({ cursor }) => {
    if (cursor === '' || left === 0) return undefined
    left -= 1
    return { status: 400, message: 'The cursor has expired.' }
  }
}

describe.concurrent('--full', { timeout: 180_000 }, () => {
  test('reads every listing to its end, whatever is known', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(50), pageSize: 10 })
    await cost(bench, server, [STAR, '--collect', 'posts'])
    expect(await cost(bench, server, [STAR, '--collect', 'posts', '--full'])).toHaveLength(5)
  })

  test('ignores gates', async ({ bench }) => {
    const server = await bench.serve({ world: discussed({ kite: 4, boat: 2 }), pageSize: 10 })
    const args = [STAR, '--collect', 'posts,comments']
    await cost(bench, server, args)
    const routes = (await cost(bench, server, [...args, '--full']))
      .map(({ route, subject }) => `${route} ${subject}`)
      .toSorted()
    expect(routes).toEqual(
      [
        `get_post_comments ${postId('boat')}`,
        `get_post_comments ${postId('kite')}`,
        `get_user_posts ${STAR}`,
      ].toSorted(),
    )
  })

  test('and an ordinary pass never continue each other', async ({ bench }) => {
    const server = await bench.serve({ world: authorOf(50), pageSize: 10 })
    const args = [STAR, '--collect', 'posts']
    const begun = await cost(bench, server, [...args, '--max-requests', '2'], 4)
    const full = await cost(bench, server, [...args, '--full', '--max-requests', '3'], 4)
    expect(full[0]?.cursor).toBe('')
    const ordinary = await cost(bench, server, [...args, '--max-requests', '1'], 4)
    const rest = await cost(bench, server, [...args, '--full'])
    // Each goes on at its own cursor: no page is asked for twice in either.
    const cursors = (pages: readonly { cursor: string }[]): string[] => pages.map(({ cursor }) => cursor)
    expect(new Set(cursors([...begun, ...ordinary])).size).toBe(3)
    expect(new Set(cursors([...full, ...rest])).size).toBe(5)
    expect([full.length, rest.length]).toEqual([3, 2])
  })

  test('spread over days comes to its end, though ordinary crawls run in between', async ({ bench }) => {
    const world = authorOf(60)
    const publish = holdBack(postsOf(world), 9)
    const server = await bench.serve({ world, pageSize: 10 })
    const args = [STAR, '--collect', 'posts']
    await cost(bench, server, args)
    await cost(bench, server, [...args, '--full', '--max-requests', '2'], 4)
    publish()
    expect(await cost(bench, server, args)).toHaveLength(2)
    await cost(bench, server, [...args, '--full', '--max-requests', '2'], 4)
    expect(await cost(bench, server, args)).toHaveLength(1)
    expect(await cost(bench, server, [...args, '--full'])).toHaveLength(2)
    expect(bench.count('posts')).toBe(60)
  })

  test('stores and counts news below the place where the last pass stopped', async ({ bench }) => {
    const world = authorOf(60)
    const posts = postsOf(world)
    const late = posts.splice(35, 3)
    const server = await bench.serve({ world, pageSize: 10 })
    const args = [STAR, '--collect', 'posts']
    await cost(bench, server, args)
    posts.splice(35, 0, ...late)
    expect(await cost(bench, server, args)).toHaveLength(1)
    await cost(bench, server, [...args, '--full'])
    expect(
      bench.open().prepare("select late_news from checkpoints where stream = 'posts'").pluck().get(),
    ).toBe(3)
    expect(bench.count('posts')).toBe(60)
  })

  test('counts no late news where they stand on top', async ({ bench }) => {
    const world = authorOf(60)
    const publish = holdBack(postsOf(world), 7)
    const server = await bench.serve({ world, pageSize: 10 })
    const args = [STAR, '--collect', 'posts']
    await cost(bench, server, args)
    publish()
    await cost(bench, server, [...args, '--full'])
    expect(
      bench.open().prepare("select late_news from checkpoints where stream = 'posts'").pluck().get(),
    ).toBe(0)
  })
})

describe.concurrent('gone_at', { timeout: 180_000 }, () => {
  const RELATIONS: [string, Route, string, string, string][] = [
    ['followers', 'get_user_followers', STAR, userId('fan1'), edge('follow', userId('fan1'), STAR)],
    ['following', 'get_user_following', STAR, userId('idol'), edge('follow', STAR, userId('idol'))],
    ['cameos', 'get_user_cameo_appearances', STAR, postId('show'), edge('cameo', STAR, postId('show'))],
    [
      'posts,remixes',
      'get_post_remix_list',
      postId('kite'),
      postId('remix1'),
      edge('remix', postId('remix1'), postId('kite')),
    ],
  ]

  const busy = (): ReturnType<typeof story> =>
    story({
      users: ['star', 'fan0', 'fan1', 'fan2', 'idol', 'idol2'].map(name => ({ name })),
      posts: [
        { name: 'kite', by: 'star' },
        { name: 'show', by: 'fan0', with: ['star'] },
        { name: 'show2', by: 'fan0', with: ['star'] },
        ...crowd('remix', 4).map(name => ({ name, by: 'fan2', remixOf: 'kite' })),
      ],
      follows: [
        ['fan0', 'star'],
        ['fan1', 'star'],
        ['fan2', 'star'],
        ['star', 'idol'],
        ['star', 'idol2'],
      ],
    })

  test.for(RELATIONS)(
    'is set by a full pass over %s and cleared when the edge is seen again',
    async ([collect, route, subject, item, name], { bench }) => {
      const server = await bench.serve({ world: busy() })
      const args = [STAR, '--collect', collect]
      await cost(bench, server, args)
      takeOff(server.world, route, subject, item)
      await cost(bench, server, [...args, '--no-gate'])
      expect(gone(bench)).toEqual([])
      await cost(bench, server, [...args, '--full'])
      expect(gone(bench)).toEqual([name])
      listed(server.world, route, subject).unshift(item)
      await cost(bench, server, [...args, '--no-gate'])
      expect(gone(bench)).toEqual([])
    },
  )
})

describe.concurrent('gone_at where the other direction shows the edge', { timeout: 180_000 }, () => {
  /** fan1 still lists the star, the star no longer lists fan1. */
  async function halfLeft(bench: Bench, pages: number): Promise<WorldServer> {
    const server = await starLeftByFan1(bench, pages * 3 - 1)
    listed(server.world, 'get_user_following', userId('fan1')).splice(0, Infinity, STAR)
    return server
  }

  test('is not set if it did so since the pass began', async ({ bench }) => {
    const server = await halfLeft(bench, 4)
    // Fewest requests first: fan1's one page comes between the pages of the star.
    await cost(bench, server, [
      STAR,
      userId('fan1'),
      '--collect',
      'followers,following',
      '--full',
      '--concurrency',
      '1',
    ])
    const order = server.seen.slice(3).map(({ route, subject }) => `${route} ${subject}`)
    expect(order.indexOf(`get_user_following ${userId('fan1')}`)).toBeLessThan(
      order.lastIndexOf(`get_user_followers ${STAR}`),
    )
    expect(order.indexOf(`get_user_following ${userId('fan1')}`)).toBeGreaterThan(
      order.indexOf(`get_user_followers ${STAR}`),
    )
    expect(gone(bench)).toEqual([])
  })

  test('is not set if the answer that shows it was on its way when the pass began', async ({ bench }) => {
    const server = await halfLeft(bench, 4)
    const isOther = ({ route, subject }: Seen): boolean =>
      route === 'get_user_following' && subject === userId('fan1')
    const isStar = ({ route, subject }: Seen): boolean => route === 'get_user_followers' && subject === STAR
    const before = server.seen.length
    const now = (): Seen[] => server.seen.slice(before)
    // The star's first page waits until fan1's request is on its way; its last, until that one has been
    // answered.
    server.override = async seen => {
      if (isOther(seen)) await server.until(() => now().some(isStar))
      if (isStar(seen) && seen.cursor !== '') await server.until(() => server.answered.some(isOther))
      return undefined
    }
    await writeFile(
      bench.file('seeds.yaml'),
      `- {seed: ${userId('fan1')}, collect: following}\n- {seed: ${STAR}, collect: followers}\n`,
    )
    await cost(bench, server, ['--seeds', bench.file('seeds.yaml'), '--full', '--concurrency', '8'])
    const order = now()
    expect(order.findIndex(isOther)).toBeLessThan(order.findIndex(isStar))
    expect(gone(bench)).toEqual([])
  })

  test('is not set if an ordinary crawl showed it after the pass had begun, and before its first answer', async ({
    bench,
  }) => {
    const server = await halfLeft(bench, 4)
    server.override = () => ({ status: 402, message: 'insufficient credits' })
    await cost(bench, server, [...FOLLOWERS, '--full'], 4)
    server.override = undefined
    await cost(bench, server, [userId('fan1'), '--collect', 'following'])
    await cost(bench, server, [...FOLLOWERS, '--full'])
    expect(gone(bench)).toEqual([])
  })
})

describe.concurrent('gone_at after a pass that is no proof', { timeout: 180_000 }, () => {
  test('is not set by a pass that was interrupted, and set by the next that was not', async ({ bench }) => {
    const server = await starLeftByFan1(bench)
    await cost(bench, server, [...FOLLOWERS, '--full', '--max-requests', '2'], 4)
    expect(await cost(bench, server, [...FOLLOWERS, '--full'])).toHaveLength(1)
    expect(gone(bench)).toEqual([])
    await cost(bench, server, [...FOLLOWERS, '--full'])
    expect(gone(bench)).toEqual([FAN1_LEFT])
  })

  test('is not set by a pass that was restarted', async ({ bench }) => {
    const server = await starLeftByFan1(bench)
    server.override = deadCursor(1)
    expect(await cost(bench, server, [...FOLLOWERS, '--full'])).toHaveLength(2 + 3)
    expect(gone(bench)).toEqual([])
    await cost(bench, server, [...FOLLOWERS, '--full'])
    expect(gone(bench)).toEqual([FAN1_LEFT])
  })

  test('is not set by a pass that set records aside', async ({ bench }) => {
    const server = await starLeftByFan1(bench)
    server.override = ({ cursor }, usual) => {
      const data = usual.data as JsonObject
      return cursor === ''
        ? { ...usual, data: { ...data, items: [...(data['items'] as Json[]), { username: 'nobody' }] } }
        : undefined
    }
    await cost(bench, server, [...FOLLOWERS, '--full'])
    expect(bench.count('rejects')).toBe(1)
    expect(gone(bench)).toEqual([])
  })

  test.for(['--max-pages=2', '--no-gate'])(
    'is not set by a pass with %s that does not see all',
    async (flag, { bench }) => {
      const server = await starLeftByFan1(bench)
      await cost(bench, server, [...FOLLOWERS, ...(flag === '--no-gate' ? [flag] : ['--full', flag])])
      expect(gone(bench)).toEqual([])
    },
  )

  test('takes an item out of the scope of later runs', async ({ bench }) => {
    const server = await starLeftByFan1(bench)
    await cost(bench, server, [...FOLLOWERS, '--full'])
    const seen = await cost(bench, server, [STAR, '--collect', 'followers,profile', '--depth', '1'])
    const profiles = seen.filter(({ route }) => route === 'get_user_profile').map(({ subject }) => subject)
    expect(profiles).not.toContain(userId('fan1'))
    expect(profiles).toHaveLength(1 + 8)
  })
})
