import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { STREAMS } from '../support/world/closure.js'
import type { Form, World } from '../support/world/model.js'
import { expectedOf } from '../support/world/oracle.js'
import { stored } from '../support/world/rows.js'
import type { Answer, Override } from '../support/world/server.js'
import { crowd, postId, story, userId } from '../support/world/story.js'
import type { Json, JsonObject } from '../support/world/wire.js'
import { expectExit, expectRows, repeatedRequests } from './judge.js'

/** Every listing has two pages of three. */
function wideWorld(): World {
  const names = crowd('sam', 5)
  return story({
    users: ['star', ...names].map(name => ({ name })),
    posts: [
      { name: 'first', by: 'star' },
      ...crowd('post', 5).map(name => ({ name, by: 'star', remixOf: 'first', with: ['sam0'] })),
    ],
    comments: [
      ...crowd('comment', 5).map(name => ({ name, by: 'sam1', on: 'first' })),
      ...crowd('reply', 5).map(name => ({ name, by: 'sam2', on: 'first', under: 'comment0' })),
    ],
    follows: names.flatMap((name): [string, string][] => [
      [name, 'star'],
      ['star', name],
    ]),
    feed: crowd('post', 5),
    leaderboard: names,
  })
}

const ROUTES = [
  'get_feed',
  'get_cameo_leaderboard',
  'search_users',
  'get_user_posts',
  'get_user_followers',
  'get_user_following',
  'get_user_cameo_appearances',
  'get_post_comments',
  'get_comment_replies',
  'get_post_remix_list',
] as const

function asObject(json: Json | undefined): JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {}
}

/** The object inside an item that carries its id, and the id's name there. */
function holderOf(item: JsonObject): { inside: string | null; name: string } {
  const inside = 'post' in item ? 'post' : 'token' in item ? 'profile' : null
  return { inside, name: inside === 'profile' || 'user_id' in item ? 'user_id' : 'id' }
}

function withId(item: JsonObject, id: Json | undefined): JsonObject {
  const { inside, name } = holderOf(item)
  const { token: _token, ...rest } = structuredClone(item)
  const holder = inside === null ? rest : asObject(rest[inside])
  if (id === undefined) delete holder[name]
  else holder[name] = id
  return rest
}

function brokenFrom(item: JsonObject): Json[] {
  return [null, 'a string', withId(item, undefined), withId(item, ''), withId(item, 42), withId(item, null)]
}

const BROKEN_PER_ROUTE = 6

/** Sets broken records before, between and after the real ones. */
function spoil(answer: Answer): Answer {
  const data = asObject(structuredClone(answer.data))
  const list = asObject('children' in data ? data['children'] : data)
  const items = list['items'] as Json[]
  const [a, b, c, ...more] = brokenFrom(asObject(items[0]))
  list['items'] = [a ?? null, items[0] ?? null, b ?? null, c ?? null, ...items.slice(1), ...more]
  return { ...answer, data }
}

/** Spoils the first page of each route, once. */
function spoilEach(spoiled: Set<string>): Override {
  return ({ route, cursor }, answer) => {
    const list = asObject(answer.data)
    const filled = (asObject('children' in list ? list['children'] : list)['items'] as Json[] | undefined)
      ?.length
    if (!ROUTES.includes(route as (typeof ROUTES)[number]) || cursor !== '' || !filled || spoiled.has(route))
      return undefined
    spoiled.add(route)
    return spoil(answer)
  }
}

describe.concurrent('records that cannot be read', () => {
  test.for(['native', 'contract'] as const)(
    'are set aside one by one, and all beside them arrive (%s)',
    async (form: Form, { bench }) => {
      const world = wideWorld()
      const spoiled = new Set<string>()
      const server = await bench.serve({ world, form, override: spoilEach(spoiled) })
      const seeds = ['feed', 'leaderboard', 'search:sam', userId('star')]
      const expected = expectedOf({ world, form }, seeds, { collect: STREAMS, depth: 1 })
      expectExit(await bench.crawl(server, [...seeds, '--collect', 'all', '--depth', '1']), 0)
      expect([...spoiled].toSorted()).toEqual([...ROUTES].toSorted())
      expectRows(bench, expected)
      expect(bench.count('rejects')).toBe(ROUTES.length * BROKEN_PER_ROUTE)
      expect(repeatedRequests(server.seen)).toEqual([])
      expect(server.seen).toHaveLength(expected.requests)
    },
  )

  test('each carries its route and what was served', async ({ bench }) => {
    const server = await bench.serve({ world: wideWorld(), override: spoilEach(new Set()) })
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    const rejects = bench.open().prepare('select * from rejects').all() as Record<string, unknown>[]
    expect(rejects).toHaveLength(BROKEN_PER_ROUTE)
    for (const reject of rejects) expect(Object.values(reject).map(String).join(' ')).toContain('leaderboard')
    expect(rejects.map(reject => Object.values(reject).map(String).join(' ')).join('\n')).toContain(
      'a string',
    )
  })

  test('a page of nothing but broken records is not an empty page and not an end', async ({ bench }) => {
    const world = wideWorld()
    const server = await bench.serve({ world, pageSize: 1 })
    const held = expectedOf({ world, form: 'native', pageSize: 1 }, ['leaderboard'])
    server.override = ({ cursor }, answer) => {
      const data = asObject(structuredClone(answer.data))
      return cursor === '' ? { ...answer, data: { ...data, items: [null, 'x'] } } : undefined
    }
    expectExit(await bench.crawl(server, ['leaderboard']), 0)
    expect(bench.count('users')).toBe(held.tables.users.size - 1)
    expect(bench.count('rejects')).toBe(2)
  })
})

const NONSENSE: Record<string, Json> = {
  text: { a: 1 },
  posted_at: 'yesterday',
  like_count: 'lots',
  view_count: [1],
  reply_count: 'some',
  permalink: false,
  preview_image_url: 12,
  emoji: 7,
  is_featured: 'maybe',
  attachments: 'none',
}

describe.concurrent('other fields of the wrong type', () => {
  test('cost that field only', async ({ bench }) => {
    const world = story({
      users: [{ name: 'ada' }, { name: 'bob' }],
      posts: [
        { name: 'odd', by: 'ada' },
        { name: 'even', by: 'bob' },
      ],
      feed: ['odd', 'even'],
    })
    const server = await bench.serve({ world })
    server.override = (_seen, answer) => {
      const data = asObject(structuredClone(answer.data))
      const [odd] = data['items'] as JsonObject[]
      Object.assign(asObject(odd?.['post']), NONSENSE)
      Object.assign(asObject(odd?.['profile']), {
        display_name: 5,
        verified: 'yes',
        created_at: {},
        follower_count: 'x',
      })
      return { ...answer, data }
    }
    const expected = expectedOf({ world, form: 'native' }, ['feed'], { collect: ['profile'] })
    for (const column of Object.keys(NONSENSE)) {
      const row = expected.tables.posts.get(postId('odd'))
      if (row !== undefined && column in row) row[column] = stored(column, null)
    }
    Object.assign(expected.tables.users.get(userId('ada')) ?? {}, {
      display_name: null,
      is_verified: null,
      created_at: null,
    })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    expectRows(bench, expected)
    expect(bench.count('rejects')).toBe(0)
  })

  test('fields that nobody has heard of are no reason to reject', async ({ bench }) => {
    const world = wideWorld()
    const server = await bench.serve({ world })
    server.override = (_seen, answer) => {
      const data = asObject(structuredClone(answer.data))
      const items = (data['items'] as JsonObject[]).map(item => ({
        ...item,
        brand_new: { deep: [1, 2] },
        post: { ...asObject(item['post']), news: true },
      }))
      return { ...answer, data: { ...data, items, extra: 1 } }
    }
    const expected = expectedOf({ world, form: 'native' }, ['feed'], { collect: ['profile'] })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    expectRows(bench, expected)
    expect(bench.count('rejects')).toBe(0)
  })
})
