import { describe, expect, test } from 'vitest'

import { startOf, type Stream } from './closure.js'
import { generateWorld, SMALL } from './generate.js'
import type { World } from './model.js'
import { expectedOf, type Expected } from './oracle.js'
import { isoOf } from './rows.js'
import { commentId, crowd, postId, starWith, story, userId } from './story.js'

/** ada posts `kite` (dot appears in it), bob comments on it, cyd replies, bob remixes it with eve. */
function harbour(): World {
  return story({
    users: ['ada', 'bob', 'cyd', 'dot', 'eve'].map(name => ({ name })),
    posts: [
      { name: 'kite', by: 'ada', with: ['dot'] },
      { name: 'kite again', by: 'bob', with: ['eve'], remixOf: 'kite' },
    ],
    comments: [
      { name: 'nice', by: 'bob', on: 'kite' },
      { name: 'indeed', by: 'cyd', on: 'kite', under: 'nice' },
    ],
    follows: [
      ['bob', 'ada'],
      ['cyd', 'ada'],
      ['ada', 'cyd'],
    ],
    feed: ['kite'],
    leaderboard: ['dot'],
  })
}

function reads(seeds: string[], collect: Stream[], depth: number, world = harbour()): string[] {
  const expected = expectedOf({ world, form: 'native' }, seeds, { collect, depth })
  return [...expected.reads.values()]
    .map(({ route, subject }) => `${route} ${nameOf(subject)}`.trim())
    .toSorted()
}

function nameOf(subject: string): string {
  const names = ['ada', 'bob', 'cyd', 'dot', 'eve', 'kite', 'kite again', 'nice', 'indeed']
  return names.find(name => [userId(name), postId(name), commentId(name)].includes(subject)) ?? subject
}

describe('the closure of a crawl', () => {
  test('feed at depth 0 with comments reads the feed and its comments, and follows nobody', () => {
    expect(reads(['feed'], ['comments', 'followers'], 0)).toEqual(['get_feed', 'get_post_comments kite'])
  })

  test('depth 1 also follows authors, cameos and commenters', () => {
    expect(reads(['feed'], ['comments', 'followers'], 1)).toEqual([
      'get_feed',
      'get_post_comments kite',
      'get_user_followers ada',
      'get_user_followers bob',
      'get_user_followers dot',
    ])
  })

  test('a replier is one hop from the post, a remix too, and its author and cameos one more', () => {
    expect(reads(['feed'], ['comments', 'replies', 'remixes', 'profile'], 1)).toEqual([
      'get_comment_replies nice',
      'get_feed',
      'get_post_comments kite',
      'get_post_remix_list kite',
      'get_user_profile ada',
      'get_user_profile bob',
      'get_user_profile cyd',
      'get_user_profile dot',
    ])
    expect(reads(['feed'], ['remixes', 'profile'], 2)).toContain('get_user_profile eve')
  })

  test('the leaderboard meets users one hop further, so depth 0 follows none of them', () => {
    expect(reads(['leaderboard'], ['followers'], 0)).toEqual(['get_cameo_leaderboard'])
    expect(reads(['leaderboard'], ['followers'], 1)).toContain('get_user_followers dot')
  })

  test(
    'an exact name is at depth 0, other hits of its search give no scope, and a search shares the ' +
      'request',
    () => {
      const world = story({ users: [{ name: 'sam' }, { name: 'samuel' }] })
      expect(reads(['@sam'], ['profile'], 0, world)).toEqual([
        `get_user_profile ${userId('sam')}`,
        'search_users sam',
      ])
      const both = reads(['@sam', 'search:sam'], ['profile'], 1, world)
      expect(both).toEqual([
        `get_user_profile ${userId('sam')}`,
        `get_user_profile ${userId('samuel')}`,
        'search_users sam',
      ])
    },
  )

  test('a post seed is at depth 0, its author one hop further', () => {
    expect(reads([postId('kite')], ['comments', 'profile'], 0)).toEqual([
      'get_post_comments kite',
      'get_post_detail kite',
    ])
    expect(reads([postId('kite')], ['profile'], 1)).toContain('get_user_profile ada')
  })

  test('a seed under its own options does not lend them to another', () => {
    const seeds = [{ seed: userId('ada'), collect: ['followers'] as const, depth: 1 }, { seed: 'feed' }]
    const expected = expectedOf({ world: harbour(), form: 'native' }, seeds, {
      collect: ['profile'],
      depth: 0,
    })
    const routes = [...expected.reads.values()].map(({ route, subject }) =>
      `${route} ${nameOf(subject)}`.trim(),
    )
    expect(routes.toSorted()).toEqual([
      'get_feed',
      'get_user_followers ada',
      'get_user_followers bob',
      'get_user_followers cyd',
    ])
  })
})

describe('pages and gates', () => {
  const requests = (followers: number, maxPages?: number): number =>
    expectedOf({ world: starWith(followers), form: 'native', pageSize: 3 }, [userId('star')], {
      collect: ['followers'],
      ...(maxPages === undefined ? {} : { maxPages }),
    }).requests

  test('a listing costs exactly its pages, an empty one a single page', () => {
    expect([0, 1, 3, 4, 6, 7].map(count => requests(count))).toEqual([1, 1, 1, 2, 2, 3])
  })

  test('a cap cuts the pages and the items behind them', () => {
    expect(requests(20, 2)).toBe(2)
  })

  test('a told 0 gates, an untold counter does not', () => {
    const world = story({
      users: [{ name: 'ada' }],
      posts: [
        { name: 'told', by: 'ada', reply_count: 0 },
        { name: 'untold', by: 'ada', reply_count: null },
      ],
      feed: ['told', 'untold'],
    })
    const { reads: opened } = expectedOf({ world, form: 'native' }, ['feed'], { collect: ['comments'] })
    expect([...opened.keys()]).toEqual(['get_feed|', `get_post_comments|${postId('untold')}`])
  })
})

describe('expected rows', () => {
  const of = (seeds: string[], collect: Stream[], form: 'native' | 'contract' = 'native'): Expected =>
    expectedOf({ world: harbour(), form }, seeds, { collect, depth: 0 })

  test('edges come from both follow listings, cameo profiles and remix lists', () => {
    const { tables } = of([userId('ada'), 'feed'], ['followers', 'following', 'remixes'])
    expect([...tables.edges.keys()].toSorted()).toEqual(
      [
        `follow ${userId('bob')} ${userId('ada')}`,
        `follow ${userId('cyd')} ${userId('ada')}`,
        `follow ${userId('ada')} ${userId('cyd')}`,
        `cameo ${userId('dot')} ${postId('kite')}`,
        `cameo ${userId('eve')} ${postId('kite again')}`,
        `remix ${postId('kite again')} ${postId('kite')}`,
      ].toSorted(),
    )
  })

  test('times are cut to milliseconds, booleans are 0 and 1, untold is NULL', () => {
    const row = of(['feed'], []).tables.posts.get(postId('kite'))
    expect(row).toMatchObject({
      posted_at: '2025-10-09T08:53:20.500Z',
      is_featured: null,
      user_id: userId('ada'),
    })
    expect(isoOf(1_760_343_131.252443)).toBe('2025-10-13T08:12:11.252Z')
    expect(of(['feed'], []).tables.users.get(userId('ada'))).toMatchObject({ is_verified: 0, bio: null })
  })

  test('the flat form of a comment tells less, and the row says so', () => {
    const native = of(['feed'], ['comments']).tables.users.get(userId('bob'))
    const flat = of(['feed'], ['comments'], 'contract').tables.users.get(userId('bob'))
    expect([native?.['is_verified'], flat?.['is_verified']]).toEqual([0, null])
    expect(flat?.['username']).toBe('bob')
  })

  test('a deeper crawl holds at least the rows of a shallower one', () => {
    const world = generateWorld(11, SMALL)
    const at = (depth: number): Expected => expectedOf({ world, form: 'native' }, ['feed'], { depth })
    const [zero, one, two] = [at(0), at(1), at(2)]
    expect(one.tables.users.size).toBeGreaterThanOrEqual(zero.tables.users.size)
    expect(two.requests).toBeGreaterThanOrEqual(one.requests)
    for (const id of one.tables.comments.keys()) expect(two.tables.comments.has(id)).toBe(true)
  })
})

describe('seeds', () => {
  test('a link and the id or name in it are the same start', () => {
    const post = postId('kite')
    expect(startOf(`https://sora.chatgpt.com/p/${post}?psh=1#top`)).toEqual(startOf(post))
    expect(startOf('https://sora.chatgpt.com/profile/a.b')).toEqual(startOf('@a.b'))
    expect(startOf('ch_0')).toEqual({ user: 'ch_0' })
  })

  test('a crowd has the size that was asked for', () => {
    expect(crowd('fan', 3)).toEqual(['fan0', 'fan1', 'fan2'])
  })
})
