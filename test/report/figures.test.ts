import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { test as base, expect } from 'vitest'

import { FigureReader, figures } from '../../src/db/index.js'
import { openForWriting, type Sqlite } from '../../src/db/open.js'

const NOON = '2025-11-01T12:00:00.000Z'

class World {
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-figures-'))
  readonly file = path.join(this.#dir, 'sora.db')
  readonly sqlite: Sqlite = openForWriting(this.file).sqlite

  post(id: string, told: Readonly<Record<string, string | number | null>> = {}): void {
    const row = { id, first_seen_at: NOON, last_seen_at: NOON, ...told }
    this.sqlite
      .prepare(
        `INSERT INTO posts (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(name => `:${name}`)
          .join(', ')})`,
      )
      .run(row)
  }

  edges(kind: string, ...pairs: readonly (readonly [string, string])[]): void {
    for (const [source, target] of pairs)
      this.sqlite
        .prepare(
          'INSERT INTO edges (kind, source_id, target_id, first_seen_at, last_seen_at) VALUES (?, ' +
            '?, ?, ?, ?)',
        )
        .run(kind, source, target, NOON, NOON)
  }

  ask<Row extends object>(figure: figures.Figure<Row>): Row[] {
    const reader = new FigureReader(this.file)
    const rows = reader.rows(figure)
    reader.close()
    return rows
  }

  end(): void {
    this.sqlite.close()
    rmSync(this.#dir, { recursive: true })
  }
}

const test = base.extend<{ world: World }>({
  world: async ({ task: _task }, use) => {
    const world = new World()
    await use(world)
    world.end()
  },
})

test('all answers are of one moment, whatever is written meanwhile', ({ world }) => {
  world.post('s_1', { posted_at: NOON })
  const reader = new FigureReader(world.file)
  const before = reader.rows(figures.collected)
  world.post('s_2', { posted_at: NOON })
  expect(reader.rows(figures.collected)).toEqual(before)
  expect(reader.rows(figures.postsInTime('day'))).toEqual([
    { begins: '2025-11-01', posts: 1, posts_so_far: 1 },
  ])
  reader.close()
  expect(world.ask(figures.postsInTime('day'))).toEqual([{ begins: '2025-11-01', posts: 2, posts_so_far: 2 }])
})

test('weeks begin on Monday, and months and years on their first', ({ world }) => {
  for (const [i, day] of ['2025-11-02', '2025-11-03', '2025-11-09', '2025-12-31'].entries())
    world.post(`s_${i}`, { posted_at: `${day}T23:59:59.999Z` })
  expect(world.ask(figures.postsInTime('week')).map(({ begins, posts }) => [begins, posts])).toEqual([
    ['2025-10-27', 1],
    ['2025-11-03', 2],
    ['2025-12-29', 1],
  ])
  expect(world.ask(figures.postsInTime('month')).map(({ begins, posts }) => [begins, posts])).toEqual([
    ['2025-11-01', 3],
    ['2025-12-01', 1],
  ])
  expect(world.ask(figures.postsInTime('year'))).toEqual([
    { begins: '2025-01-01', posts: 4, posts_so_far: 4 },
  ])
  expect(world.ask(figures.postingHours)).toEqual([
    { weekday: 0, hour: 23, posts: 2 },
    { weekday: 1, hour: 23, posts: 1 },
    { weekday: 3, hour: 23, posts: 1 },
  ])
})

test('counters fall into classes of 1, 2 and 5, and their quantiles are values that posts have', ({
  world,
}) => {
  for (const [i, views] of [0, 1, 2, 4, 5, 9, 10, 19, 20, 99, 100, 9_007_199_254_740_991].entries())
    world.post(`s_${i}`, { view_count: views })
  world.post('s_untold')
  const classes = world.ask(figures.engagement).filter(({ counter }) => counter === 'views')
  expect(classes.map(({ from_value, posts }) => [from_value, posts])).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
    [5, 2],
    [10, 2],
    [20, 1],
    [50, 1],
    [100, 1],
    [5_000_000_000_000_000, 1],
  ])
  expect(world.ask(figures.engagementQuantiles)).toEqual([
    expect.objectContaining({
      counter: 'views',
      posts: 12,
      p10: 1,
      median: 9,
      p90: 100,
      most: 9_007_199_254_740_991,
    }),
  ])
})

test('sums of counters of any size are sums, and no error', ({ world }) => {
  for (const id of ['s_1', 's_2', 's_3'])
    world.post(id, {
      user_id: 'user-1',
      view_count: 9_007_199_254_740_991,
      like_count: 9_007_199_254_740_991,
    })
  for (let i = 0; i < 1_100; i += 1)
    world.post(`s_more${i}`, { user_id: 'user-1', view_count: 9_007_199_254_740_991 })
  expect(world.ask(figures.topCreators)).toEqual([
    expect.objectContaining({ user_id: 'user-1', posts: 1_103 }),
  ])
})

test('a remix hangs at the parent that it tells, or else where it was listed; circles are no trees', ({
  world,
}) => {
  for (const [id, parent] of [
    ['s_a', null],
    ['s_b', 's_a'],
    ['s_c', 's_b'],
    ['s_d', null],
    ['s_x', 's_y'],
    ['s_y', 's_x'],
  ] as const)
    world.post(id, { parent_post_id: parent })
  // The listing of s_a shows its remixes and theirs; s_d tells no parent.
  world.edges(
    'remix',
    ['s_b', 's_a'],
    ['s_c', 's_a'],
    ['s_c', 's_b'],
    ['s_d', 's_b'],
    ['s_x', 's_y'],
    ['s_y', 's_x'],
  )
  expect(
    world
      .ask(figures.remixTrees)
      .map(row => [row.root_post_id, row.post_id, row.parent_post_id, row.depth, row.posts_in_tree]),
  ).toEqual([
    ['s_a', 's_a', null, 0, 4],
    ['s_a', 's_b', 's_a', 1, 4],
    ['s_a', 's_c', 's_b', 2, 4],
    ['s_a', 's_d', 's_b', 2, 4],
  ])
})

test('networks count every tie and draw those between the chosen, each pair of cameos once', ({ world }) => {
  world.edges(
    'follow',
    ['user-a', 'user-b'],
    ['user-b', 'user-a'],
    ['user-c', 'user-a'],
    ['user-a', 'user-a'],
  )
  world.edges(
    'cameo',
    ['user-a', 's_1'],
    ['user-b', 's_1'],
    ['user-a', 's_2'],
    ['user-b', 's_2'],
    ['user-c', 's_2'],
    ['user-d', 's_3'],
  )
  world.sqlite
    .prepare("UPDATE edges SET gone_at = ? WHERE source_id = 'user-c' AND kind = 'follow'")
    .run(NOON)
  expect(world.ask(figures.followNetwork).map(row => [row.follower_id, row.followed_id, row.mutual])).toEqual(
    [
      ['user-a', 'user-b', 1],
      ['user-b', 'user-a', 1],
    ],
  )
  expect(world.ask(figures.cameoNetwork).map(row => [row.user_id, row.with_user_id, row.posts])).toEqual([
    ['user-a', 'user-b', 2],
    ['user-a', 'user-c', 1],
    ['user-b', 'user-c', 1],
  ])
})

test('followers gained are told from one observation to the next, and none by an account seen once', ({
  world,
}) => {
  const put = world.sqlite.prepare(
    'INSERT INTO user_metrics (user_id, observed_at, follower_count) VALUES (?, ?, ?)',
  )
  for (const [id, at, count] of [
    ['user-a', '01T08', 10],
    ['user-a', '02T08', 15],
    ['user-a', '02T20', 12],
    ['user-b', '02T09', 1_000],
    ['user-c', '01T00', 5],
    ['user-c', '03T00', 5],
  ] as const)
    put.run(id, `2025-11-${at}:00:00.000Z`, count)
  expect(world.ask(figures.followersGained)).toEqual([
    { day: '2025-11-02', accounts: 1, gained: 2, gained_so_far: 2 },
    { day: '2025-11-03', accounts: 1, gained: 0, gained_so_far: 2 },
  ])
  expect(
    world.ask(figures.followersInTime).map(({ user_id, day, gained }) => [user_id, day, gained]),
  ).toEqual([
    ['user-a', '2025-11-01', 0],
    ['user-a', '2025-11-02', 2],
  ])
})

test('of a large follow network the core is told, with what was left out, and who was read', ({ world }) => {
  const { accounts, tiesOfEach } = figures.FOLLOW_CORE
  const hub = (n: number): string => `user-hub${String(n).padStart(3, '0')}`
  const hubs = Array.from({ length: accounts }, (_, n) => hub(n))
  // Every hub follows its ten successors, and has fans of its own who are tied to nobody else.
  world.edges(
    'follow',
    ...hubs.flatMap((one, n) =>
      Array.from({ length: 10 }, (_, d) => [one, hub((n + d + 1) % accounts)] as const),
    ),
  )
  world.edges('follow', ...hubs.flatMap(one => [1, 2].map(fan => [`user-fan${fan}-of-${one}`, one] as const)))
  const read = world.sqlite.prepare(
    "INSERT INTO checkpoints (stream, subject_kind, subject_id, completed_pass) VALUES (?, 'user', ?, 1)",
  )
  for (const stream of ['followers', 'following']) read.run(stream, hub(0))
  read.run('followers', hub(1))
  const rows = world.ask(figures.followNetwork)
  expect(rows).toHaveLength(accounts * tiesOfEach)
  expect(
    new Set(rows.map(row => [row.ties_between_chosen, row.accounts_in_all, row.ties_in_all].join())),
  ).toEqual(new Set([[accounts * 10, accounts * 3, accounts * 12].join()]))
  const isRead = (id: string): unknown => rows.find(row => row.follower_id === id)?.follower_read
  expect([isRead(hub(0)), isRead(hub(1)), isRead(hub(2))]).toEqual([1, 0, 0])
})
