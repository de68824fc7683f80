import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'

import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect } from 'vitest'

import { onTerminal } from '../cli/on-terminal.js'
import { Bench, test } from '../support/run.js'
import { departedWorld, FORMER, LEAVER, LEAVER_ID, NEEDLES, worldWithout } from '../support/world/departed.js'
import type { Form } from '../support/world/model.js'
import { commentId, postId, userId } from '../support/world/story.js'
import type { WorldServer } from '../support/world/server.js'
import { expectExit, expectOneLineAbout, expectOnlyLine, jsonOf } from './judge.js'
import { answersOf } from './stored-answers.js'
import { tracesIn } from './traces.js'

const ALL = [
  'feed',
  'leaderboard',
  'search:zol',
  `@${LEAVER}`,
  `@${FORMER}`,
  'user-pet_____________________',
  '--collect',
  'all',
  '--depth',
  '1',
]
const OTHERS = ALL.filter(word => !word.startsWith('@'))

interface Report {
  dry_run: boolean
  accounts: number
  forgotten_before: number
  removed: Record<string, number>
  changed: Record<string, number>
  runs_given_up: number
  characters_kept: string[]
  copies_deleted: string[]
  copies_left: string[]
}

/**
 * Databases in which the person has been seen under two handles, everywhere a person can be; each test has a
 * copy.
 */
const FORMS = ['native', 'contract'] as const
let templates: Bench

beforeAll(async () => {
  templates = await Bench.create()
  for (const form of FORMS) {
    const { world, rename } = departedWorld()
    const server = await templates.serve({ world, form, pageSize: 3 })
    const file = templates.file(form)
    expectExit(
      await templates.crawl(server, ['leaderboard', `@${FORMER}`, `search:${FORMER}`, '--db', file]),
      0,
    )
    rename()
    await templates.crawl(server, [...ALL, '--db', file])
  }
})

afterAll(async () => {
  await templates.end()
})

async function crawled(bench: Bench, form: Form = 'native'): Promise<WorldServer> {
  await copyFile(templates.file(form), bench.db)
  const { world, rename } = departedWorld()
  rename()
  return bench.serve({ world, form, pageSize: 3 })
}

async function forget(bench: Bench, ...args: readonly string[]): Promise<Report> {
  const result = await bench.run(['forget', '--db', bench.db, '--json', ...args])
  expectExit(result, 0)
  return jsonOf(result) as Report
}

async function traces(bench: Bench): Promise<string[]> {
  return tracesIn(bench.dir, bench.open(), NEEDLES)
}

const COUNTS = /_count$|_seen_at$|^observed_at$|url|expires/

/** What is told of others, without counters: those are the platform's, and count the person on. */
function othersIn(bench: Bench, file?: string): Record<string, unknown[]> {
  const db = bench.open(file)
  const tables = ['users', 'posts', 'comments', 'attachments', 'edges', 'usernames']
  return Object.fromEntries(
    tables.map(table => {
      const rows = db.prepare(`select * from ${table}`).all() as Record<string, unknown>[]
      const kept = rows.map(row =>
        JSON.stringify(Object.entries(row).filter(([column]) => !COUNTS.test(column))),
      )
      return [table, kept.toSorted()]
    }),
  )
}

describe.concurrent('forget', () => {
  test.for(FORMS)(
    'leaves no byte of the person in the file, its log or its raw pages (%s)',
    async (form, { bench }) => {
      await crawled(bench, form)
      const before = await traces(bench)
      for (const needle of NEEDLES) expect(before.join('\n')).toContain(`sora.db: ${needle}`)
      const report = await forget(bench, LEAVER_ID, '--yes')
      expect(await traces(bench)).toEqual([])
      expect(report).toMatchObject({ dry_run: false, accounts: 1, forgotten_before: 0 })
      expect(report.removed).toMatchObject({ users: 1, posts: 3, comments: 5 })
      expect(report.removed['pages']).toBeGreaterThan(0)
      expect(report.changed['pages']).toBeGreaterThan(0)
      expect(bench.open().pragma('integrity_check', { simple: true })).toBe('ok')
    },
  )

  test.for(FORMS)(
    'leaves of the others what there would be without the person (%s)',
    async (form, { bench }) => {
      await crawled(bench, form)
      await forget(bench, LEAVER_ID, '--yes')
      const server = await bench.serve({ world: worldWithout(), form, pageSize: 3 })
      const file = bench.file('without.db')
      await bench.crawl(server, ['leaderboard', '--db', file])
      await bench.crawl(server, [...OTHERS, '--db', file])
      expect(othersIn(bench)).toEqual(othersIn(bench, file))
    },
  )

  test.for(FORMS)(
    'keeps the person out of later crawls, their raw pages included (%s)',
    async (form, { bench }) => {
      const server = await crawled(bench, form)
      await forget(bench, `@${LEAVER}`, '--yes')
      const kept = othersIn(bench)
      const sent = server.seen.length
      expectExit(await bench.crawl(server, [...OTHERS, '--full']), 0)
      expect(
        server.seen
          .slice(sent)
          .filter(
            ({ subject }) =>
              subject === LEAVER_ID ||
              [postId('l1'), postId('l2'), postId('l3'), commentId('k1')].includes(subject),
          ),
      ).toEqual([])
      expect(await traces(bench)).toEqual([])
      expect(othersIn(bench)).toEqual(kept)
      expect(bench.count('rejects')).toBe(0)
      expect(bench.count('drift')).toBe(0)
    },
  )

  test('a replay brings nothing back, and changes nothing of the others', async ({ bench }) => {
    await crawled(bench)
    await forget(bench, LEAVER_ID, '--yes')
    const kept = othersIn(bench)
    expectExit(await bench.run(['replay', '--db', bench.db]), 0)
    expect(othersIn(bench)).toEqual(kept)
    expect(await traces(bench)).toEqual([])
    expect(bench.count('rejects')).toBe(0)
  })

  test('keeps the person out of a crawl into which they come anew, with posts that nobody knew', async ({
    bench,
  }) => {
    const { world, rename } = departedWorld()
    rename()
    const server = await bench.serve({ world, pageSize: 3 })
    expectExit(await bench.crawl(server, [userId('ben'), '--collect', 'profile']), 0)
    expect(await forget(bench, LEAVER_ID, '--yes')).toMatchObject({ accounts: 1, removed: {} })
    expectExit(await bench.crawl(server, OTHERS), 0)
    expectExit(await bench.crawl(server, [postId('kite'), userId('ann')]), 0)
    // Where others wrote of the person before the database knew the handle, it is found by forgetting once
    // more.
    expect((await traces(bench)).filter(trace => !trace.endsWith(LEAVER) && !trace.endsWith(FORMER))).toEqual(
      [],
    )
    expect(await forget(bench, LEAVER_ID, '--yes')).toMatchObject({ forgotten_before: 1 })
    expect((await traces(bench)).filter(trace => !trace.endsWith(FORMER))).toEqual([])
    const known = server.seen.length
    const result = await bench.crawl(server, [postId('l1'), `@${LEAVER.toUpperCase()}`])
    expectExit(result, 2)
    expectOnlyLine(result, /told to forget/)
    expect(server.seen).toHaveLength(known)
  })

  test('a post of theirs that nobody knew, named by a seed, is paid for once and brings nothing', async ({
    bench,
  }) => {
    const { world, rename } = departedWorld()
    rename()
    const server = await bench.serve({ world, pageSize: 3 })
    expectExit(await bench.crawl(server, [userId('ben'), '--collect', 'profile']), 0)
    await forget(bench, LEAVER_ID, '--yes')
    expectExit(await bench.crawl(server, [postId('l1')]), 0)
    expect(server.seen.map(({ route }) => route)).toEqual(['get_user_profile', 'get_post_detail'])
    expect([bench.count('posts'), bench.count('comments'), bench.count('users')]).toEqual([0, 0, 1])
    expect((await traces(bench)).filter(trace => !trace.endsWith(LEAVER) && !trace.endsWith(FORMER))).toEqual(
      [],
    )
  })

  test('early stop does not count the person: a second crawl costs one request', async ({ bench }) => {
    const server = await crawled(bench)
    await forget(bench, LEAVER_ID, '--yes')
    const sent = server.seen.length
    expectExit(await bench.crawl(server, [userId('ben'), '--collect', 'followers']), 0)
    expect(server.seen.slice(sent).map(({ route }) => route)).toEqual(['get_user_followers'])
    expect(
      bench.count(
        `members m join checkpoints k on k.id = m.stream_id where k.stream = 'followers' and ` +
          `k.subject_id = '${userId('ben')}'`,
      ),
    ).toBe(3)
  })

  test('a seed that names the person is left out in one line, and the others are crawled', async ({
    bench,
  }) => {
    const server = await crawled(bench)
    await forget(bench, LEAVER_ID, '--yes')
    const sent = server.seen.length
    const result = await bench.crawl(server, [LEAVER_ID, userId('ann'), '--collect', 'profile'])
    expectExit(result, 0)
    expectOneLineAbout(result, /left out/)
    expect(server.seen.slice(sent).map(({ subject }) => subject)).toEqual([userId('ann')])
    expect(bench.open().prepare('select options from runs order by id desc').pluck().get()).not.toContain(
      LEAVER,
    )
  })

  test('the ledger keeps what was paid, and the runs lose the name', async ({ bench }) => {
    await crawled(bench)
    const paid = bench.open().prepare('select count(*) as n, sum(cost_microusd) as cost from requests').get()
    await forget(bench, LEAVER_ID, '--yes')
    expect(
      bench.open().prepare('select count(*) as n, sum(cost_microusd) as cost from requests').get(),
    ).toEqual(paid)
    expect(bench.count("run_seeds where text = '[forgotten]'")).toBe(4)
  })

  test('says whose characters stay, deletes copies beside the file, and leaves exports alone', async ({
    bench,
  }) => {
    await crawled(bench)
    await copyFile(bench.db, `${bench.db}.backup-2026-01-01T00-00-00Z`)
    const report = await forget(bench, LEAVER_ID, '--yes')
    expect(report.characters_kept).toEqual([userId('pet')])
    expect(report.copies_deleted).toEqual([`${bench.db}.backup-2026-01-01T00-00-00Z`])
    expect((await readdir(bench.dir)).toSorted()).toEqual(['sora.db', 'sora.db.lock'])
  })

  test('deletes what --dry-run names and nothing else, whatever stands beside the file', async ({
    bench,
  }) => {
    await crawled(bench)
    const copy = `${bench.db}.backup-2026-01-01T00-00-00.000Z`
    const unfinished = `${bench.db}.backup-2026-01-02T00-00-00.000Z.part`
    await copyFile(bench.db, copy)
    await writeFile(`${copy}-wal`, '')
    await writeFile(unfinished, '')
    await mkdir(`${bench.db}.backup-2026-01-03T00-00-00.000Z`)
    await mkdir(`${bench.db}.backup-old`)
    await writeFile(`${bench.db}.backup-notes.txt`, 'mine')
    await writeFile(`${bench.db}.backup-2026-01-04T00-00-00.000Z`, 'no database of anybody’s')
    await writeFile(`${bench.db}.backup-2026-01-05`, await readFile(bench.db))
    await copyFile(bench.db, bench.file('elsewhere'))
    await symlink(bench.file('elsewhere'), `${bench.db}.backup-2026-01-06T00-00-00.000Z`)
    const oldLog = `${bench.db}.log-2026-01-07T00-00-00.000Z`
    await writeFile(oldLog, Buffer.from('377f0682002de218', 'hex'))
    await writeFile(`${bench.db}.log-2026-01-08T00-00-00.000Z`, 'a log of the user’s own')
    const named = [copy, `${copy}-wal`, unfinished, oldLog]
    const before = (await readdir(bench.dir)).filter(name => !name.endsWith('.lock'))
    const dry = await forget(bench, LEAVER_ID, '--dry-run')
    expect(dry.copies_deleted).toEqual(named)
    expect((await readdir(bench.dir)).filter(name => !name.endsWith('.lock'))).toEqual(before)
    const text = await bench.run(['forget', '--db', bench.db, LEAVER_ID, '--dry-run'])
    for (const name of named) expect(text.stdout).toContain(name)
    expect((await forget(bench, LEAVER_ID, '--yes')).copies_deleted).toEqual(named)
    expect((await readdir(bench.dir)).filter(name => !name.endsWith('.lock'))).toEqual(
      before.filter(name => !named.includes(bench.file(name))),
    )
    expect(dry.copies_left).toHaveLength(6)
  })

  test('says with 4 that a copy cannot be deleted, and goes on when it can', async ({ bench, skip }) => {
    await crawled(bench)
    const copy = `${bench.db}.backup-2026-01-01T00-00-00.000Z`
    await copyFile(bench.db, copy)
    if (spawnSync('chattr', ['+i', copy]).status !== 0)
      skip('only root may make a file that cannot be deleted')
    try {
      const result = await bench.run(['forget', LEAVER_ID, '--yes', '--db', bench.db])
      expectExit(result, 4)
      expectOneLineAbout(result, /cannot be deleted/)
      expect((await readFile(bench.db)).includes(LEAVER_ID)).toBe(false)
    } finally {
      spawnSync('chattr', ['-i', copy])
    }
    expect((await forget(bench, LEAVER_ID, '--yes')).copies_deleted).toEqual([copy])
  })

  test('several people at once, and the same again', async ({ bench }) => {
    await crawled(bench)
    expect(await forget(bench, `https://sora.chatgpt.com/profile/${LEAVER}`, '@ann', '--yes')).toMatchObject({
      accounts: 2,
      removed: { users: 2 },
    })
    expect(await traces(bench)).toEqual([])
    expect(await forget(bench, LEAVER_ID, userId('ann'), '--yes')).toMatchObject({
      accounts: 2,
      forgotten_before: 2,
      removed: {},
    })
    expect(await forget(bench, '@ANN', '--yes')).toMatchObject({ accounts: 0 })
  })

  test('keeps the person out of the same answers when they are imported, to the byte', async ({ bench }) => {
    await crawled(bench)
    const file = bench.file('answers.jsonl')
    await writeFile(
      file,
      answersOf(bench)
        .map(answer => `${JSON.stringify(answer)}\n`)
        .join(''),
    )
    await forget(bench, LEAVER_ID, '--yes')
    const kept = othersIn(bench)
    // A copy from before an upgrade, and one that the next upgrade would make, hold what the file holds.
    const result = await bench.run(['import', file, '--db', bench.db, '--json', '--no-progress'])
    expectExit(result, 0)
    await rm(file)
    expect(bench.count('imports')).toBeGreaterThan(20)
    expect(othersIn(bench)).toEqual(kept)
    const copy = bench.open()
    await copy.backup(`${bench.db}.backup-2026-01-01T00-00-00Z`)
    expect(await traces(bench)).toEqual([])
  })

  test('beside somebody who reads, says with 6 that bytes are left, and ends it when they are gone', async ({
    bench,
  }) => {
    await crawled(bench)
    const reader = new Database(bench.db, { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM users').get()
    const result = await bench.run(['forget', LEAVER_ID, '--yes', '--db', bench.db])
    expectExit(result, 6)
    expectOneLineAbout(result, /reading this database.*run the same command again/)
    expect(bench.count(`users where id = '${LEAVER_ID}'`)).toBe(0)
    expect(await traces(bench)).not.toEqual([])
    expectOneLineAbout(await bench.run(['check', '--db', bench.db]), /not sound|interrupted/)
    reader.close()
    expect(await forget(bench, LEAVER_ID, '--yes')).toMatchObject({ forgotten_before: 1, removed: {} })
    expect(await traces(bench)).toEqual([])
    expectExit(await bench.run(['check', '--db', bench.db]), 0)
  })

  test('asks on a terminal, and without a yes changes nothing', { timeout: 120_000 }, async ({ bench }) => {
    await crawled(bench)
    const bytes = await readFile(bench.db)
    const asked = async (answer: string): Promise<{ code: number | null; screen: string }> => {
      let typed = false
      const { code, terminal } = await onTerminal(['forget', `@${LEAVER}`, '--db', 'sora.db'], bench.dir, {
        columns: 200,
        onOutput: ({ lines }) => {
          if (typed || !lines.some(line => line.includes('[y/N]'))) return undefined
          typed = true
          return answer
        },
      })
      return { code, screen: terminal.lines.join('\n') }
    }
    for (const answer of ['\n', 'perhaps\n']) {
      const { code, screen } = await asked(answer)
      expect([code, screen]).toEqual([
        0,
        expect.stringMatching(/This removes .*@zoltan\.k7.* from sora\.db for good[^]*Nothing was changed\./),
      ])
      expect((await readFile(bench.db)).equals(bytes)).toBe(true)
    }
    const { code, screen } = await asked('y\n')
    expect([code, screen]).toEqual([0, expect.stringContaining('Forgot 1 account')])
    expect(await traces(bench)).toEqual([])
  })

  test('coverage does not put what was left out down to the platform', async ({ bench }) => {
    await crawled(bench)
    const db = new Database(bench.db)
    db.prepare('UPDATE users SET follower_count = 4 WHERE id = ?').run(userId('ben'))
    db.close()
    const wordsFor = async (): Promise<string> => {
      const { stdout } = await bench.run(['coverage', '--db', bench.db, '--csv'])
      return stdout.split('\n').find(line => line.includes('followers') && line.includes(userId('ben'))) ?? ''
    }
    expect(await wordsFor()).not.toContain('more than')
    await forget(bench, LEAVER_ID, '--yes')
    expect(await wordsFor()).toContain(
      'the platform counts 1 more than is held; people who were forgotten may be among them',
    )
  })

  test('a field that is named after the person is no longer named among the new ones', async ({ bench }) => {
    await crawled(bench)
    const db = new Database(bench.db)
    for (const field of [LEAVER_ID, 'new_field'])
      db.prepare(
        "INSERT INTO drift VALUES ('added', ?, 'a field', 'nothing', 1, " +
          "'2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')",
      ).run(`post.${field}`)
    db.close()
    await forget(bench, LEAVER_ID, '--yes')
    expect(bench.open().prepare('select path from drift').pluck().all()).toEqual(['post.new_field'])
    expect(await traces(bench)).toEqual([])
  })

  test('--dry-run counts the same and changes nothing', async ({ bench }) => {
    await crawled(bench)
    const bytes = await readFile(bench.db)
    const dry = await forget(bench, LEAVER_ID, '--dry-run')
    expect(dry.dry_run).toBe(true)
    expect((await readFile(bench.db)).equals(bytes)).toBe(true)
    const done = await forget(bench, LEAVER_ID, '--yes')
    expect({
      ...done,
      dry_run: true,
      copies_deleted: [],
      file_bytes_before: null,
      file_bytes_after: null,
    }).toEqual(dry)
  })

  test('an unfinished run that follows the person goes on without, and pays for no page twice', async ({
    bench,
  }) => {
    const { world, rename } = departedWorld()
    rename()
    const server = await bench.serve({ world, pageSize: 1 })
    const seeds = [...OTHERS, LEAVER_ID]
    expectExit(await bench.crawl(server, [...seeds, '--max-requests', '30']), 4)
    const { runs_given_up, changed } = await forget(bench, LEAVER_ID, '--yes')
    expect(runs_given_up).toBe(0)
    expectExit(await bench.crawl(server, seeds), 0)
    const pages = server.seen.map(({ route, params, cursor }) => JSON.stringify([route, params, cursor]))
    const again = server.seen.filter((_, index) => pages.indexOf(pages[index] ?? '') < index)
    // A cursor that carries the id of the person's record is not kept: that pass begins again.
    expect(new Set(again.map(({ route, subject }) => `${route} ${subject}`)).size).toBeLessThanOrEqual(
      changed['checkpoints'] ?? 0,
    )
    expect(bench.count('runs')).toBe(1)
    expect((await traces(bench)).filter(trace => !trace.endsWith(LEAVER) && !trace.endsWith(FORMER))).toEqual(
      [],
    )
  })

  test('an unfinished run that names nobody else is given up', async ({ bench }) => {
    const { world, rename } = departedWorld()
    rename()
    const server = await bench.serve({ world, pageSize: 1 })
    expectExit(await bench.crawl(server, [LEAVER_ID, '--max-requests', '3']), 4)
    expect(await forget(bench, LEAVER_ID, '--yes')).toMatchObject({ runs_given_up: 1 })
    expect(bench.open().prepare('select state, options from runs').get()).toMatchObject({
      state: 'abandoned',
      options: expect.not.stringContaining(LEAVER_ID) as string,
    })
  })
})

describe.concurrent('forget refuses', () => {
  test.for([
    ['a post', ['s_1', '--yes'], /names nobody/],
    ['a search', ['search:sam', '--yes'], /names nobody/],
    ['a handle that nobody has', ['@nobody', '--yes'], /nobody in this database/],
    ['to do it without a word where nobody can be asked', [LEAVER_ID], /--yes/],
    ['nobody', ['--yes'], /user|arguments/i],
  ] as const)('%s, with 2', async ([, args, topic], { bench }) => {
    await crawled(bench)
    const bytes = await readFile(bench.db)
    const result = await bench.run(['forget', ...args, '--db', bench.db])
    expectExit(result, 2)
    expectOnlyLine(result, topic)
    expect((await readFile(bench.db)).equals(bytes)).toBe(true)
  })

  test('a file that does not exist, and makes none', async ({ bench }) => {
    const result = await bench.run(['forget', LEAVER_ID, '--yes', '--db', bench.db])
    expectExit(result, 2)
    expectOnlyLine(result, /does not exist/)
    expect(await readdir(bench.dir)).toEqual([])
  })
})
