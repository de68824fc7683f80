import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { describe, expect } from 'vitest'

import { contentDifferences, contents, replay, type Contents } from '../support/replay.js'
import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL, TINY } from '../support/world/generate.js'
import { Random } from '../support/world/random.js'
import { expectExit, linesOf } from './judge.js'
import { answersOf } from './stored-answers.js'

const SEEDS = ['feed', 'leaderboard', 'search:sam']
const FLAGS = ['--collect', 'all', '--depth', '1']

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const keyed = list.map(one => ({ key: random.next(), one }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one)
}

const lines = (answers: readonly unknown[]): string =>
  answers.map(answer => `${JSON.stringify(answer)}\n`).join('')

/**
 * What is collected, without what only a crawl can know: marks, and the order of what came at the same time.
 */
function collected(file: string): Contents {
  const {
    users = [],
    posts = [],
    attachments = [],
    comments = [],
    edges = [],
    post_metrics = [],
    user_metrics = [],
    usernames = [],
  } = contents(file)
  return { users, posts, attachments, comments, edges, post_metrics, user_metrics, usernames }
}

async function importJson(bench: Bench, ...args: string[]): Promise<Record<string, unknown>> {
  const result = await bench.run(['import', ...args, '--json', '--no-progress'])
  expect([0, 3]).toContain(result.code)
  return { ...(JSON.parse(result.stdout) as object), exit: result.code, stderr: result.stderr }
}

describe.concurrent('import', () => {
  test(
    'of all answers of a crawl holds what the crawl holds, in any order, once, and a crawl after ' +
      'it still reads everything',
    { timeout: 120_000 },
    async ({ bench }) => {
      const world = generateWorld(71, { ...SMALL, privateUsers: 0, goneUsers: 0, gonePosts: 0 })
      const server = await bench.serve({ world })
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      const sent = server.seen.length
      const answers = answersOf(bench)
      writeFileSync(bench.file('all.jsonl'), lines(answers))
      writeFileSync(bench.file('mixed.json'), JSON.stringify(shuffled(answers, new Random(71)), null, 2))
      for (const name of ['all.jsonl', 'mixed.json']) {
        const db = bench.file(`${name}.db`)
        expect(await importJson(bench, bench.file(name), '--db', db)).toMatchObject({
          exit: 0,
          answers: answers.length,
          already_imported: 0,
          unreadable: 0,
        })
        const first = contents(db)
        expect(contentDifferences(collected(bench.db), collected(db))).toEqual([])
        await replay(db)
        expect(contentDifferences(first, contents(db))).toEqual([])
        expect(await importJson(bench, bench.file(name), '--db', db)).toMatchObject({
          exit: 0,
          answers: 0,
          already_imported: answers.length,
        })
        expect(contentDifferences(first, contents(db))).toEqual([])
      }
      const ledger = bench
        .open(bench.file('all.jsonl.db'))
        .prepare('select distinct state, cost_microusd from requests')
        .all()
      expect(ledger).toEqual([{ state: 'imported', cost_microusd: 0 }])
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS, '--db', bench.file('all.jsonl.db')]), 0)
      expect(server.seen.length - sent).toBe(sent)
    },
  )

  test(
    'takes folders, gzip, manifests, standard forms and text, and names what it cannot read by file ' +
      'and line',
    async ({ bench }) => {
      const profile = (name: string, followers: number) => ({
        profile: { user_id: `user-${name}`, username: name, follower_count: followers },
      })
      const folder = bench.file('archive/deep')
      mkdirSync(folder, { recursive: true })
      const forms = [
        {
          route: 'get_user_profile',
          params: { user_id: 'user-a' },
          received_at: 1_767_351_845,
          body: profile('a', 1),
        },
        {
          url: 'https://api.tikhub.io/api/v1/sora2/get_user_profile?user_id=user-b',
          body: JSON.stringify({ data: profile('b', 2) }),
        },
        {
          request: { path: '/api/u1/v1/sora2/get_user_profile', params: { user_id: 'user-c' } },
          response: { status: 200, body: { data: profile('c', 3) } },
        },
        {
          code: 200,
          router: '/api/v1/sora2/get_user_profile',
          params: { user_id: 'user-d' },
          time_stamp: 1_767_351_845,
          data: profile('d', 4),
        },
        {
          route: 'get_user_followers',
          params: { user_id: 'user-a', cursor: '' },
          received_at: '2026-01-02 03:04:05',
          body: [{ user_id: 'user-e', username: 'e' }, { username: 'nobody' }],
        },
      ]
      writeFileSync(
        path.join(folder, 'forms.jsonl.gz'),
        gzipSync(`\uFEFF${lines(forms)}{"route": "get_feed", "bo\n[1]\n{"route":"create_video","body":{}}\n`),
      )
      writeFileSync(bench.file('archive/cut.json.gz'), gzipSync(lines(forms)).subarray(0, 60))
      writeFileSync(bench.file('archive/ignored.txt'), 'no answer')
      const post = { id: 's_1', text: 'a "post" with } and [', like_count: 7, shared_by: 'user-f' }
      const manifest = {
        soravault_version: '2.1.0',
        exported_at: '2026-03-01T00:00:00.000Z',
        items: [
          { source: 'v2_profile', _raw: { post, profile: { user_id: 'user-f', username: 'f' } } },
          { source: 'v1_library', _raw: { id: 'gen_1' } },
        ],
      }
      writeFileSync(bench.file('soravault_manifest.json'), JSON.stringify(manifest, null, 2))
      const report = await importJson(bench, 'archive', 'soravault_manifest.json', '--db', bench.db)
      expect(report).toMatchObject({
        exit: 3,
        answers: 6,
        rejected: 1,
        unreadable: 4,
        left_out: { 'a SoraVault item without a post (a draft or an image)': 1 },
      })
      const problems = report['problems'] as { file: string; line: number; problem: string }[]
      expect(problems.map(({ file, line }) => `${path.basename(file)}:${line}`).toSorted()).toEqual([
        'cut.json.gz:1',
        'forms.jsonl.gz:6',
        'forms.jsonl.gz:7',
        'forms.jsonl.gz:8',
      ])
      expect(linesOf(String(report['stderr'])).join('\n')).toContain('forms.jsonl.gz:6: it is not JSON')
      const db = bench.open()
      expect(
        db
          .prepare('select id, follower_count from users where follower_count is not null order by id')
          .raw()
          .all(),
      ).toEqual([
        ['user-a', 1],
        ['user-b', 2],
        ['user-c', 3],
        ['user-d', 4],
      ])
      expect(db.prepare('select text, like_count, user_id, first_seen_at from posts').raw().all()).toEqual([
        [post.text, 7, 'user-f', manifest.exported_at],
      ])
      expect(db.prepare('select source_id, target_id, first_seen_at from edges').raw().all()).toEqual([
        ['user-e', 'user-a', '2026-01-02T03:04:05.000Z'],
      ])
    },
  )

  test('takes answers out of whatever lists and texts they are in, and says what is left out and where', async ({
    bench,
  }) => {
    const answer = (name: string) => ({
      route: 'get_user_profile',
      params: { user_id: `user-${name}` },
      received_at: '2026-01-02T03:04:05Z',
      body: { profile: { user_id: `user-${name}`, username: name } },
    })
    writeFileSync(
      bench.file('lists.json'),
      JSON.stringify([
        [answer('a')],
        [[answer('b'), [answer('c')]]],
        JSON.stringify(answer('d')),
        [JSON.stringify([answer('e')])],
        7,
        'text',
        null,
        JSON.stringify(JSON.stringify(answer('f'))),
      ]),
    )
    const deep = `{"route":"get_user_profile","params":{"user_id":"user-deep"},"body":{"profile":{"user_id":"user-deep"},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    writeFileSync(
      bench.file('deep.jsonl'),
      `${JSON.stringify(answer('g'))}\n${deep}\n${JSON.stringify(answer('h'))}\n`,
    )
    writeFileSync(
      bench.file('deep.json'),
      `[${JSON.stringify(answer('i'))},\n${deep},\n${JSON.stringify(answer('j'))}]`,
    )
    writeFileSync(bench.file('utf16.json'), Buffer.from(`\uFEFF${JSON.stringify([answer('k')])}`, 'utf16le'))
    const report = await importJson(
      bench,
      'lists.json',
      'deep.jsonl',
      'deep.json',
      'utf16.json',
      '--db',
      bench.db,
    )
    expect(report).toMatchObject({ exit: 3, answers: 10, unreadable: 6 })
    expect(
      bench
        .open()
        .prepare('select group_concat(username) from (select username from users order by 1)')
        .pluck()
        .get(),
    ).toBe('a,b,c,d,e,g,h,i,j,k')
    expect(
      (report['problems'] as { file: string; line: number; value?: number }[]).map(
        ({ file, line, value }) => [path.basename(file), line, value],
      ),
    ).toEqual([
      ['lists.json', 1, 6],
      ['lists.json', 1, 7],
      ['lists.json', 1, 8],
      ['lists.json', 1, 9],
      ['deep.jsonl', 2, undefined],
      ['deep.json', 2, 2],
    ])
  })

  test('takes no answer about somebody else for one of the user it was asked for', async ({ bench }) => {
    const [asked, other] = ['user-asked', 'user-other']
    const answer = (id: string) => ({
      route: 'get_user_profile',
      params: { user_id: asked },
      received_at: '2026-01-01T00:00:00Z',
      body: { profile: { user_id: id, username: id } },
    })
    writeFileSync(bench.file('stray.jsonl'), lines([answer(other), answer(asked)]))
    const result = await importJson(bench, bench.file('stray.jsonl'), '--db', bench.db)
    expect(result).toMatchObject({ exit: 3, answers: 1, unreadable: 1 })
    expect(result['stderr']).toMatch(/stray\.jsonl:1: .*about another user than the one asked for/)
    expect(bench.open(bench.db).prepare('SELECT id FROM users').pluck().all()).toEqual([asked])
  })

  test('takes remix chains and replies of manifests, and what browsers have loaded', async ({ bench }) => {
    const post = (n: number, more: object = {}) => ({
      id: `s_${n}`,
      shared_by: 'user-a',
      posted_at: 1_767_000_000 + n,
      text: `t${n}`,
      like_count: n,
      reply_count: 2,
      ...more,
    })
    const profile = { user_id: 'user-a', username: 'a' }
    const reply = (id: string, parentId: string) => ({
      id,
      parentId,
      rootPostId: 's_1',
      user: 'r',
      displayName: null,
      userId: 'user-r',
      text: id,
      postedAt: 1_776_377_684.5,
      likeCount: 0,
      replyCount: 1,
    })
    const items = [
      {
        mode: 'v2',
        postId: 's_1',
        _raw: { post: post(1), profile },
        replies: [reply('c1', 's_1'), reply('c2', 'c1')],
      },
      { mode: 'v1', genId: 'gen_1', _raw: { id: 'gen_1' } },
    ]
    const chains = [
      {
        direction: 'child',
        sourcePostId: 's_1',
        childPostId: 's_2',
        raw: { post: post(2, { parent_post_id: 's_1' }), profile },
        capturedAt: '2026-02-01T00:00:00.000Z',
      },
      { direction: 'parent', childPostId: 's_1', parentPostId: 's_3', raw: { post: post(3), profile } },
      { direction: 'parent', childPostId: 's_1', parentPostId: 's_4', raw: null },
    ]
    const exported_at = '2026-03-01T00:00:00.000Z'
    writeFileSync(
      bench.file('soravault_manifest_1.json'),
      JSON.stringify({ exported_at, remix_chains: chains, characters: [{}, {}], total: 2, items }, null, 2),
    )
    writeFileSync(
      bench.file('remix_chains.json'),
      JSON.stringify({
        exported_at,
        mode: 'media',
        storage: {},
        count: 1,
        chains: [{ ...chains[0], childPostId: 's_5', raw: { post: post(5), profile } }],
      }),
    )
    const entry = (
      url: string,
      body: unknown,
      content: object = { text: JSON.stringify(body) },
      status = 200,
    ) => ({
      startedDateTime: '2026-01-02T03:04:05.678Z',
      time: 3,
      request: { method: 'GET', url, headers: [{ name: 'Authorization', value: 'Bearer sk-secret' }] },
      response: { status, content: { mimeType: 'application/json', ...content } },
    })
    const gateway = 'https://api.tikhub.io/api/v1/sora2'
    const platform = 'https://sora.chatgpt.com/backend/project_y'
    const tree = {
      post: post(1),
      profile,
      children: {
        items: [
          {
            post: { id: 'c3', text: 'c3', shared_by: 'user-q' },
            profile: { user_id: 'user-q', username: 'q' },
          },
        ],
        cursor: null,
      },
    }
    const entries = [
      entry(`${gateway}/get_user_followers?user_id=user-a&cursor=`, {
        code: 200,
        data: { items: [{ user_id: 'user-f', username: 'f' }], cursor: null },
      }),
      entry(`${gateway}/get_user_profile?user_id=user-b`, null, {
        text: Buffer.from(
          JSON.stringify({ data: { profile: { user_id: 'user-b', username: 'b' } } }),
        ).toString('base64'),
        encoding: 'base64',
      }),
      entry(`${platform}/profile_feed/user-a?limit=8&cut=nf2`, {
        items: [{ post: post(6), profile }],
        cursor: null,
      }),
      entry(`${platform}/profile_feed/user-z?cut=appearances`, {
        items: [{ post: post(7), profile }],
        cursor: null,
      }),
      entry(`${platform}/profile/username/u`, { user_id: 'user-u', username: 'u' }),
      entry(`${platform}/post/s_1/tree?limit=20&max_depth=1`, tree),
      entry(`${platform}/post/s_1/remix_feed?limit=20`, {
        items: [{ post: post(8), profile }],
        cursor: null,
      }),
      entry(`${platform}/profile_feed/me?cut=nf2`, { items: [{ post: post(9), profile }] }),
      entry('https://example.org/app.js', 'x'),
      entry(`${gateway}/get_feed`, {}, {}, 429),
      entry(`${gateway}/get_feed`, {}, { text: undefined }),
    ]
    writeFileSync(
      bench.file('browser.har'),
      `\uFEFF${JSON.stringify({ log: { version: '1.2', creator: { name: 'x' }, pages: [{}], entries } }, null, 2)}`,
    )
    mkdirSync(bench.file('all'))
    for (const name of ['soravault_manifest_1.json', 'remix_chains.json', 'browser.har'])
      renameSync(bench.file(name), bench.file(`all/${name}`))
    const report = await importJson(bench, 'all', '--db', bench.db)
    expect(report).toMatchObject({
      exit: 3,
      answers: 13,
      unreadable: 1,
      rejected: 0,
      left_out: {
        'a SoraVault item without a post (a draft or an image)': 1,
        'a link of a remix chain without a post': 1,
        'an entry of another list in a file of answers': 2,
        'a request of a browser that is none of this API': 2,
        'an answer to a browser that is no page (HTTP 200)': 1,
      },
    })
    expect((report['left_out_at'] as unknown[]).length).toBe(6)
    const db = bench.open()
    expect(db.prepare('select id from posts order by 1').pluck().all()).toEqual([
      's_1',
      's_2',
      's_3',
      's_5',
      's_6',
      's_7',
      's_8',
    ])
    expect(
      db.prepare('select id, post_id, parent_comment_id, user_id from comments order by 1').raw().all(),
    ).toEqual([
      ['c1', 's_1', null, 'user-r'],
      ['c2', 's_1', 'c1', 'user-r'],
      ['c3', 's_1', null, 'user-q'],
    ])
    expect(
      db.prepare('select kind, source_id, target_id, first_seen_at from edges order by 1, 2').raw().all(),
    ).toEqual([
      ['cameo', 'user-z', 's_7', '2026-01-02T03:04:05.678Z'],
      ['follow', 'user-f', 'user-a', '2026-01-02T03:04:05.678Z'],
      ['remix', 's_2', 's_1', '2026-02-01T00:00:00.000Z'],
      ['remix', 's_5', 's_1', '2026-02-01T00:00:00.000Z'],
      ['remix', 's_8', 's_1', '2026-01-02T03:04:05.678Z'],
    ])
    const before = contents(bench.db)
    await replay(bench.db)
    expect(contentDifferences(before, contents(bench.db))).toEqual([])
  })

  test('an older answer overwrites nothing and takes its place in the history', async ({ bench }) => {
    const observed = (received_at: string, fields: object) => ({
      route: 'get_user_profile',
      params: { user_id: 'user-a' },
      received_at,
      body: { profile: { user_id: 'user-a', ...fields } },
    })
    const file = bench.file('a.jsonl')
    writeFileSync(file, lines([observed('2026-03-01T00:00:00Z', { username: 'new', follower_count: 30 })]))
    expect(await importJson(bench, file, '--db', bench.db)).toMatchObject({ answers: 1 })
    appendFileSync(
      file,
      lines([
        observed('2026-01-01T00:00:00Z', { username: 'old', follower_count: 10, bio: 'told once' }),
        observed('2026-02-01T00:00:00Z', { follower_count: 30 }),
      ]),
    )
    expect(await importJson(bench, file, '--db', bench.db)).toMatchObject({ answers: 2, already_imported: 1 })
    const db = bench.open()
    expect(
      db.prepare('select username, follower_count, bio, first_seen_at, last_seen_at from users').raw().all(),
    ).toEqual([['new', 30, 'told once', '2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z']])
    expect(db.prepare('select observed_at, follower_count from user_metrics order by 1').raw().all()).toEqual(
      [
        ['2026-01-01T00:00:00.000Z', 10],
        ['2026-02-01T00:00:00.000Z', 30],
      ],
    )
    expect(db.prepare('select username from usernames order by first_seen_at').pluck().all()).toEqual([
      'old',
      'new',
    ])
  })

  test(
    'refuses a sandbox database and files that are not there, and leaves forgotten people out',
    { timeout: 60_000 },
    async ({ bench }) => {
      const missing = await bench.run(['import', bench.file('nothing.json'), '--db', bench.db])
      expectExit(missing, 2)
      expect(missing.stderr).toContain('nothing.json does not exist')
      const server = await bench.serve({ world: generateWorld(72, TINY) })
      expectExit(await bench.crawl(server, [...SEEDS, ...FLAGS]), 0)
      writeFileSync(bench.file('all.jsonl'), lines(answersOf(bench)))
      const person = bench
        .open()
        .prepare('select id, username from users where username is not null order by id')
        .get() as { id: string; username: string }
      expectExit(await bench.run(['forget', person.id, '--yes', '--db', bench.db]), 0)
      const before = bench.count('users')
      expect(await importJson(bench, bench.file('all.jsonl'), '--db', bench.db)).toMatchObject({ exit: 0 })
      expect(bench.count('users')).toBe(before)
      expect(JSON.stringify(contents(bench.db))).not.toContain(person.id)
      const kept = contents(bench.db)
      expectExit(await bench.run(['replay', '--db', bench.db]), 0)
      expect(JSON.stringify(contents(bench.db))).not.toContain(person.id)
      expect(bench.count('users')).toBe(before)
      expect(contents(bench.db)['posts']?.length).toBe(kept['posts']?.length)
      expectExit(
        await bench.run([
          'crawl',
          'leaderboard',
          '--collect',
          'profile',
          '--sandbox',
          '--db',
          bench.file('demo.db'),
        ]),
        0,
      )
      expectExit(await bench.run(['import', bench.file('all.jsonl'), '--db', bench.file('demo.db')]), 2)
    },
  )
})
