import { describe, expect } from 'vitest'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit, expectOnlyLine, jsonOf } from './judge.js'
import { coverage, coverageText, parseCsv, type Coverage } from './coverages.js'

/** A crawl of two seeds of which a part is missing. */
async function study(bench: Bench): Promise<void> {
  const server = await bench.serve({ world: generateWorld(91, SMALL) })
  const args = ['feed', 'leaderboard', '--collect', 'followers,posts', '--depth', '1', '--concurrency', '1']
  expectExit(await bench.crawl(server, [...args, '--max-requests', '12']), 4)
}

async function asked(bench: Bench, ...args: readonly string[]): Promise<Coverage> {
  const result = await bench.run(['coverage', '--db', bench.db, '--json', ...args])
  expectExit(result, 0)
  return jsonOf(result) as Coverage
}

describe.concurrent('coverage', { timeout: 120_000 }, () => {
  test('of streams, seeds and states is that part of all of it, with its own total', async ({ bench }) => {
    await study(bench)
    const all = await coverage(bench)
    const followers = await asked(bench, '--stream', 'followers')
    expect(followers.streams).toEqual(all.streams.filter(one => one.stream === 'followers'))
    expect(followers.incomplete).toEqual(all.incomplete.filter(one => one.stream === 'followers'))
    expect(followers.total.listings).toBe(followers.streams.reduce((n, one) => n + one.listings, 0))
    expect(followers.total.listings).toBeGreaterThan(0)
    expect(followers.total.listings).toBeLessThan(all.total.listings)

    const both = await asked(bench, '--seed', 'feed', '--seed', 'leaderboard')
    expect(both.streams).toEqual(all.streams)
    const feed = await asked(bench, '--seed', 'feed', '--state', 'budget')
    expect(feed.incomplete).toEqual(
      all.incomplete.filter(one => one.seed === 'feed' && one.state === 'budget'),
    )
    expect(feed.total).toMatchObject({ states: { budget: feed.incomplete.length } })

    const [, ...lines] = parseCsv(await coverageText(bench, '--csv', '--stream', 'followers,feed'))
    expect(new Set(lines.map(line => line[1]))).toEqual(new Set(['followers', 'feed']))
  })

  test('has a line for all of it, and people by their handles', async ({ bench }) => {
    await study(bench)
    const { total, incomplete } = await coverage(bench)
    const text = await coverageText(bench, '--limit', '1000')
    expect(text).toMatch(new RegExp(`^in all +${total.listings} `, 'm'))
    const subjects = incomplete.filter(one => one.stream === 'followers').map(one => one.subject)
    const handle = bench.open().prepare('SELECT username FROM users WHERE id = ?').pluck().get(subjects[0])
    expect(text).toContain(`@${String(handle)} (${subjects[0]})`)
  })

  test.for([
    [['--stream', 'folowers'], /--stream folowers: there is no such stream here; do you mean followers\?/],
    [['--state', 'open'], /--state open: there is no such state here/],
    [['--seed', 'feeed'], /--seed feeed: there is no such seed here; do you mean feed\?/],
  ] as const)('%j is a mistake in use', async ([args, words], { bench }) => {
    await study(bench)
    const result = await bench.run(['coverage', '--db', bench.db, ...args])
    expectExit(result, 2)
    expectOnlyLine(result, words)
  })
})
