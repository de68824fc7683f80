import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect } from 'vitest'

import { openForWriting } from '../../src/db/open.js'
import { test, type Bench } from '../support/run.js'
import { TEXTS } from '../support/world/texts.js'
import { expectExit, expectOnlyLine } from './judge.js'

const NOON = '2025-11-01T12:00:00.000Z'
const LATER = '2025-11-02T12:00:00.000Z'

interface Person {
  readonly id: string
  readonly username: string
  readonly display: string
}

const ODD = [
  'Sam.Harbour77',
  'ann',
  'a',
  'the',
  'MixedCaseName',
  'C++ (dev)',
  'x|y.*[z]',
  '\u{1F525}\u{1F98A}',
  '风筝',
  'Élodie',
  '$& $1',
  "O'Brien",
  'under_score_9',
  '<b>bold</b>',
  '=cmd()',
  'back\\slash',
  'İstanbul',
  'naïve name here',
  'zoë.q',
]
const PEOPLE: readonly Person[] = [
  ...ODD.map((username, i) => ({
    id: i === 4 ? 'odd id of nobody' : `user-${'QwErTyUiOpAsDfGh'.slice(i % 5)}${i}ZxCv`,
    username,
    display: `Display of ${username} !`,
  })),
  ...TEXTS.map((text, i) => ({
    id: `ch_${'0a1b2c3d'.repeat(3)}${i}`,
    username: `plainname${i}`,
    display: text.toWellFormed(),
  })),
]
const postOf = (i: number): string => `s_${'68e4d1ab'.repeat(3)}${i}`
const commentOf = (i: number): string => i.toString(16).padStart(32, 'c')

/** Everybody posts about everybody, in every way of naming somebody. */
function fill(bench: Bench): void {
  const { sqlite } = openForWriting(bench.db)
  const put = (table: string, row: Record<string, string | number | null>): void => {
    const names = Object.keys(row)
    sqlite
      .prepare(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(name => `:${name}`).join(', ')})`,
      )
      .run(row)
  }
  const seen = { first_seen_at: NOON, last_seen_at: NOON }
  sqlite.transaction(() => {
    put('meta', { key: 'origin', value: 'real' })
    put('meta', { key: 'forget_salt', value: 'salt-of-the-forgotten' })
    PEOPLE.forEach(({ id, username, display }, i) => {
      const other = PEOPLE[(i + 1) % PEOPLE.length] as Person
      put('users', {
        id,
        username,
        display_name: display,
        bio: `I am ${username}, secretbio${i}`,
        profile_picture_url: `https://cdn.example/avatar${i}`,
        banner_image_url: `https://cdn.example/banner${i}`,
        social_links: `{"site":"https://secretsite${i}.example"}`,
        owner_user_id: other.id,
        follower_count: i,
        ...seen,
      })
      put('usernames', { user_id: id, username, ...seen })
      put('usernames', { user_id: id, username: `formername${i}x`, ...seen })
      const text =
        `${TEXTS[i % TEXTS.length]?.toWellFormed()} @${other.username}, ${other.username}! ` +
        `${other.username.toUpperCase()} ${other.display} id ${other.id} ${postOf(i + 1)} ` +
        `https://sora.chatgpt.com/profile/${encodeURIComponent(other.username)} formername${i}x ` +
        `me@mail${i}.example.org`
      put('posts', {
        id: postOf(i),
        user_id: id,
        text,
        posted_at: NOON,
        permalink: `https://sora.chatgpt.com/p/${postOf(i)}`,
        preview_image_url: `https://cdn.example/preview${i}`,
        parent_post_id: i > 0 ? postOf(i - 1) : null,
        root_post_id: postOf(0),
        emoji: other.display,
        ...seen,
      })
      put('attachments', {
        id: `${postOf(i)}-attachment-0`,
        post_id: postOf(i),
        position: 0,
        kind: 'sora',
        generation_id: `gen_01k7secret${i}`,
        url: `https://videos.example/${i}?sig=x`,
        thumbnail_url: `https://videos.example/t${i}`,
      })
      put('comments', {
        id: commentOf(i),
        post_id: postOf(i),
        user_id: other.id,
        text: `re @${username} ${text}`,
        posted_at: NOON,
        ...seen,
      })
      put('edges', { kind: 'follow', source_id: id, target_id: other.id, ...seen })
      put('edges', { kind: 'cameo', source_id: other.id, target_id: postOf(i), ...seen })
      if (i > 0) put('edges', { kind: 'remix', source_id: postOf(i), target_id: postOf(i - 1), ...seen })
      put('rankings', { list: 'feed', run_id: 1, position: i + 1, item_id: postOf(i), observed_at: NOON })
      put('post_metrics', { post_id: postOf(i), observed_at: NOON, like_count: i })
      put('user_metrics', { user_id: id, observed_at: NOON, follower_count: i })
    })
    put('runs', {
      id: 1,
      key: 'unkeyedhashofseeds',
      options: JSON.stringify({
        seeds: [{ seed: '@MixedCaseName', collect: ['posts'], depth: 0, maxPages: null }],
      }),
      state: 'finished',
      outcome: 'ok',
      started_at: NOON,
      finished_at: LATER,
      started_after_request: 0,
      last_request: 1,
    })
    put('run_seeds', { run_id: 1, seed: 0, text: '@MixedCaseName', requests: 1 })
    put('run_seeds', { run_id: 1, seed: 1, text: 'search:under_score_9', requests: 1 })
  })()
  sqlite.close()
}

const ALL = 'csv,excel,jsonl,parquet,gexf,graphml,gephi'
const EVERYTHING =
  'users,posts,attachments,comments,edges,rankings,post_metrics,user_metrics,usernames,runs,requests,rejects,v_posts,v_comment_threads,v_remix_trees,v_creators,v_follow_graph,v_post_growth,v_cameo_network'

async function pseudonymize(
  bench: Bench,
  out: string,
  key: string,
  ...args: readonly string[]
): Promise<void> {
  expectExit(
    await bench.run(
      [
        'export',
        '--db',
        bench.db,
        '--pseudonymize',
        '--key-file',
        bench.file(key),
        '--out',
        bench.file(out),
        ...args,
      ],
      { limitMs: 110_000 },
    ),
    0,
  )
}

/** Every file of a folder by its path; Parquet as what is in it. */
async function contents(folder: string): Promise<Map<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    statSync(path.join(folder, name)).isFile(),
  )
  const duckdb = await (await DuckDBInstance.create()).connect()
  const files = new Map<string, string>()
  for (const name of names.toSorted()) {
    const file = path.join(folder, name)
    const text = name.endsWith('.parquet')
      ? JSON.stringify(
          (await duckdb.runAndReadAll(`SELECT * FROM '${file.replaceAll("'", "''")}'`)).getRowObjectsJson(),
        )
      : readFileSync(file, 'utf8')
    files.set(name, text)
  }
  return files
}

const jsonl = (files: Map<string, string>, name: string): Record<string, string | null>[] =>
  (files.get(name) ?? '')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, string | null>)

/** In the files' own spellings: as it is, as JSON, as XML, as a spreadsheet's text. */
function spellings(text: string): string[] {
  const xml = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return [...new Set([text, JSON.stringify(text).slice(1, -1), xml, text.replaceAll('"', '""')])]
}

describe.concurrent('a pseudonymized export', () => {
  test(
    'holds nobody’s id, name, avatar or link, in no file of no format',
    { timeout: 240_000 },
    async ({ bench }) => {
      fill(bench)
      await pseudonymize(bench, 'out', 'k', '--format', ALL, '--tables', EVERYTHING)
      const files = await contents(bench.file('out'))
      expect(files.size).toBeGreaterThan(60)
      const secrets = [
        ...PEOPLE.map(({ id }) => id),
        ...PEOPLE.flatMap((_, i) => [
          postOf(i),
          commentOf(i),
          `gen_01k7secret${i}`,
          `formername${i}x`,
          `secretbio${i}`,
          `secretsite${i}`,
          `avatar${i}`,
          `banner${i}`,
          `preview${i}`,
          `mail${i}.example`,
        ]),
        'sora.chatgpt.com',
        'cdn.example',
        'videos.example',
        'salt-of-the-forgotten',
        'unkeyedhashofseeds',
        // Words that the files hold anyway are looked for below.
        ...PEOPLE.flatMap(({ username, display }) => [username, display]).filter(
          name => name.trim().length > 3 && !/^[a-z\s]{1,4}$|^null$/.test(name),
        ),
      ]
      for (const [name, text] of files) {
        const folded = text.toLowerCase()
        const left = secrets.filter(secret =>
          spellings(secret.toLowerCase()).some(spelling => folded.includes(spelling)),
        )
        expect(left, name).toEqual([])
      }
      for (const row of [...jsonl(files, 'posts.jsonl'), ...jsonl(files, 'comments.jsonl')]) {
        for (const name of ['ann', 'a', 'the', '风筝', '\u{1F525}', '\u{1F98A}'])
          expect(row['text'], name).not.toMatch(
            new RegExp(
              `(?<![\\p{L}\\p{N}\\p{M}])${name === '\u{1F525}' ? '\u{1F525}\u{1F98A}' : name}(?![\\p{L}\\p{N}\\p{M}])`,
              'iu',
            ),
          )
      }
    },
  )

  test('keeps what belongs together together, in all files', { timeout: 120_000 }, async ({ bench }) => {
    fill(bench)
    await pseudonymize(bench, 'out', 'k', '--format', 'jsonl,gexf,gephi')
    const files = await contents(bench.file('out'))
    const users = jsonl(files, 'users.jsonl')
    const ids = new Set(users.map(({ id }) => id))
    const names = new Set(users.map(({ username }) => username))
    const posts = jsonl(files, 'posts.jsonl')
    expect([users.length, ids.size, names.size, posts.length]).toEqual([
      PEOPLE.length,
      PEOPLE.length,
      PEOPLE.length,
      PEOPLE.length,
    ])
    expect(posts.every(({ user_id }) => ids.has(user_id ?? null))).toBe(true)
    expect(
      jsonl(files, 'edges.jsonl')
        .filter(({ kind }) => kind === 'follow')
        .every(({ source_id, target_id }) => ids.has(source_id ?? null) && ids.has(target_id ?? null)),
    ).toBe(true)
    const nodes = [...(files.get('follow.gexf') ?? '').matchAll(/<node id="([^"]+)" label="([^"]+)"/g)]
    expect(nodes.length).toBe(PEOPLE.length)
    expect(nodes.every(([, id, label]) => ids.has(id ?? '') && names.has(label ?? ''))).toBe(true)
    const followers = new Map(users.map(user => [user['id'], user['follower_count']]))
    expect([...followers.values()].map(Number).toSorted((a, b) => a - b)).toEqual(PEOPLE.map((_, i) => i))
    for (const { text } of posts)
      for (const [mention] of (text ?? '').matchAll(/(?<=@)pseudo-name-[a-z]{24}/g))
        if (!names.has(mention)) expect(text).toMatch(/@pseudo-name/)
    expect(
      posts.filter(({ text }) =>
        [...(text ?? '').matchAll(/(?<=@)pseudo-name-[a-z]{24}/g)].some(([mention]) => names.has(mention)),
      ).length,
    ).toBeGreaterThan(PEOPLE.length / 2)
    // In the order of the pseudonyms: that of the originals would tell who is who.
    for (const name of ['users.jsonl', 'posts.jsonl', 'comments.jsonl']) {
      const order = jsonl(files, name).map(({ id }) => id ?? '')
      expect(order).toEqual(order.toSorted())
    }
  })

  test(
    'is the same under the same key, and has nothing in common with one under another',
    { timeout: 240_000 },
    async ({ bench }) => {
      fill(bench)
      for (const [out, key] of [
        ['one', 'k1'],
        ['two', 'k1'],
        ['three', 'k2'],
      ] as const)
        await pseudonymize(bench, out, key, '--format', 'csv,jsonl,graphml')
      const [one, two, three] = await Promise.all(
        ['one', 'two', 'three'].map(out => contents(bench.file(out))),
      )
      expect(two).toEqual(one)
      const made = (files?: Map<string, string>): Set<string> =>
        new Set(
          [...(files?.values() ?? [])].flatMap(text =>
            [...text.matchAll(/pseudo-[a-z]+-[bcdfghjkmnpqrtvw]{24}/g)].map(([pseudonym]) => pseudonym),
          ),
        )
      const other = made(three)
      expect(made(one).size).toBeGreaterThan(PEOPLE.length * 4)
      expect([...made(one)].filter(pseudonym => other.has(pseudonym))).toEqual([])
    },
  )

  test(
    'answers queries from pseudonyms alone, and says nothing of their words',
    { timeout: 120_000 },
    async ({ bench }) => {
      fill(bench)
      const sql =
        "SELECT 'x' || username AS tagged, hex(users.id), lower(display_name), bio, substr(text, " +
        "1, 400) AS beginning, count(*) FILTER (WHERE username = 'MixedCaseName') FROM users JOIN " +
        'posts ON posts.user_id = users.id GROUP BY users.id'
      await pseudonymize(bench, 'out', 'k', '--format', ALL.replace(',gexf,graphml,gephi', ''), '--sql', sql)
      for (const [name, text] of await contents(bench.file('out'))) {
        for (const { username, id } of PEOPLE) {
          for (const secret of [
            id,
            Buffer.from(id).toString('hex'),
            ...(username.length > 6 ? [username] : []),
          ])
            expect(text.toLowerCase().includes(secret.toLowerCase()), `${name}: ${secret}`).toBe(false)
        }
      }
      const refused = await bench.run([
        'export',
        '--db',
        bench.db,
        '--pseudonymize',
        '--key-file',
        bench.file('k'),
        '--out',
        bench.file('named'),
        '--sql',
        'SELECT 1',
        '--name',
        'MixedCaseName',
      ])
      expectExit(refused, 2)
      expectOnlyLine(refused, /somebody is called/)
      expect(existsSync(bench.file('named')) ? readdirSync(bench.file('named')) : []).toEqual([])
    },
  )
})

describe.concurrent('the key file', () => {
  const run = async (bench: Bench, key: string, out = 'out') =>
    bench.run([
      'export',
      '--db',
      bench.db,
      '--tables',
      'users',
      '--pseudonymize',
      '--key-file',
      bench.file(key),
      '--out',
      bench.file(out),
      '--no-progress',
    ])

  test('is made once, for its owner alone, says so, and is in no export', async ({ bench }) => {
    fill(bench)
    const first = await run(bench, 'new.key')
    expectExit(first, 0)
    expect(first.stderr).toMatch(/^A new key was written to .*new\.key.*\n$/)
    expect(statSync(bench.file('new.key')).mode & 0o777).toBe(0o600)
    const key = readFileSync(bench.file('new.key'), 'utf8')
    expect(key).toMatch(/^[0-9a-f]{64}\n$/)
    const second = await run(bench, 'new.key', 'again')
    expect(second.stderr).toBe('')
    expect(readFileSync(bench.file('new.key'), 'utf8')).toBe(key)
    for (const text of (await contents(bench.file('out'))).values()) expect(text).not.toContain(key.trim())
    expect(readdirSync(bench.file('out')).toSorted()).toEqual([
      'README.md',
      'datapackage.json',
      'load.R',
      'load.py',
      'users.csv',
    ])
  })

  test.for([
    ['that is empty', '', /too short/],
    ['that is short', 'a'.repeat(31), /too short/],
    ['that repeats itself', 'a'.repeat(64), /repeats itself/],
    ['that is large', '0123456789abcdef'.repeat(1_000), /too large/],
  ] as const)('%s is refused', async ([, text, reason], { bench }) => {
    fill(bench)
    writeFileSync(bench.file('k'), text, { mode: 0o600 })
    const result = await run(bench, 'k')
    expectExit(result, 2)
    expectOnlyLine(result, reason)
    expect(existsSync(path.join(bench.file('out'), 'users.csv'))).toBe(false)
  })

  test('that others can read, that is a folder, or that is in the export is refused', async ({ bench }) => {
    fill(bench)
    writeFileSync(bench.file('open'), '0123456789abcdef'.repeat(4))
    chmodSync(bench.file('open'), 0o640)
    expectOnlyLine(await run(bench, 'open'), /chmod 600/)
    mkdirSync(bench.file('folder'))
    expectOnlyLine(await run(bench, 'folder'), /not a file/)
    expectOnlyLine(await run(bench, 'out/k'), /inside the folder of the export/)
    mkdirSync(bench.file('real'))
    symlinkSync(bench.file('real'), bench.file('linked'))
    expectOnlyLine(await run(bench, 'real/k', 'linked'), /inside the folder of the export/)
  })

  test.for(['out/key', 'out/..key', 'out/.key', 'link/key', 'link/../key', 'hanging'])(
    'that is in the folder of the export by any name: %s',
    async (name, { bench }) => {
      fill(bench)
      mkdirSync(bench.file('out/sub'), { recursive: true })
      symlinkSync(bench.file('out/sub'), bench.file('link'))
      symlinkSync(bench.file('out/new'), bench.file('hanging'))
      // As it is typed: `link/..` is the folder above what the link leads to.
      const result = await bench.run([
        'export',
        '--db',
        bench.db,
        '--tables',
        'users',
        '--pseudonymize',
        '--key-file',
        `${bench.dir}/${name}`,
        '--out',
        bench.file('out'),
      ])
      expectOnlyLine(result, /is inside the folder of the export/)
      expectExit(result, 2)
      expect(readdirSync(bench.file('out'), { recursive: true })).toEqual(['sub'])
    },
  )

  test('that has a second name in the folder of the export', async ({ bench }) => {
    fill(bench)
    mkdirSync(bench.file('out/sub'), { recursive: true })
    writeFileSync(bench.file('key'), '0123456789abcdef'.repeat(4), { mode: 0o600 })
    linkSync(bench.file('key'), bench.file('out/sub/notes'))
    expectOnlyLine(await run(bench, 'key'), /is inside the folder of the export/)
  })

  test.for(['-wal', '-shm', '-journal', '.lock'])(
    'in the place of %s of the database',
    async (end, { bench }) => {
      fill(bench)
      expectOnlyLine(await run(bench, `sora.db${end}`), /belongs to the database/)
      // SQLite's readers may make one of their own.
      expect(existsSync(`${bench.db}${end}`) ? readFileSync(`${bench.db}${end}`, 'latin1') : '').not.toMatch(
        /^[0-9a-f]{64}/,
      )
    },
  )

  test('and --pseudonymize go together', async ({ bench }) => {
    fill(bench)
    expectOnlyLine(
      await bench.run(['export', '--db', bench.db, '--pseudonymize', '--out', bench.file('out')]),
      /go together/,
    )
    expectOnlyLine(
      await bench.run(['export', '--db', bench.db, '--key-file', 'k', '--out', bench.file('out')]),
      /go together/,
    )
  })
})
