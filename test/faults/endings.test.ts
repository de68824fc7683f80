import type Database from 'better-sqlite3'
import { describe, expect } from 'vitest'

import { loadCrawlers } from '../../src/crawlers/index.js'
import { test as program } from '../support/run.js'
import { differences } from '../support/world/compare.js'
import { listed, UNPAGED, type World } from '../support/world/model.js'
import { expectedOf } from '../support/world/oracle.js'
import type { Override } from '../support/world/server.js'
import { crowd, story, userId } from '../support/world/story.js'
import { endings, type Ending } from './support/endings.js'
import { test, type Lab } from './support/invocation.js'
import { PAGE_SIZE, targets, threePages, type Target } from './support/listings.js'

const streamOf = new Map((await loadCrawlers()).map(({ route, name }) => [route as string, name]))

/** Lets one listing misbehave until it is told to be well. */
function misbehaving(
  ending: Ending,
  { route, subject }: Pick<Target, 'route' | 'subject'>,
): { override: Override; recover: () => void } {
  const cursors: string[] = []
  const times = new Map<string, number>()
  let isWell = false
  const override: Override = (seen, usual) => {
    if (isWell || seen.route !== route || seen.subject !== subject) return undefined
    if (!cursors.includes(seen.cursor)) cursors.push(seen.cursor)
    times.set(seen.cursor, (times.get(seen.cursor) ?? 0) + 1)
    return ending.answer({
      page: cursors.indexOf(seen.cursor) + 1,
      times: times.get(seen.cursor) ?? 0,
      cursors,
      usual,
    })
  }
  return { override, recover: () => void (isWell = true) }
}

/** How the listing stands, as a line to compare. */
function standing(
  db: Database.Database,
  { route, subject }: Pick<Target, 'route' | 'subject'>,
): Record<string, unknown> {
  const where = `k.stream = '${streamOf.get(route) ?? route}' AND ('${subject}' = '' OR k.subject_id = '${subject}')`
  const stream = db
    .prepare(
      'SELECT f.state, coalesce(f.reason, k.reason) AS reason, k.pass_state AS pass FROM ' +
        `checkpoints k JOIN frontier f ON f.stream_id = k.id WHERE ${where} ORDER BY f.run_id DESC`,
    )
    .get() as object
  const items = db
    .prepare(
      `SELECT m.item_id FROM members m JOIN checkpoints k ON k.id = m.stream_id WHERE ${where} ` +
        `AND m.kind <> 'user' OR ${where} AND m.hop = 1 AND m.kind = 'user' AND k.stream IN ` +
        `('followers', 'following', 'leaderboard', 'search')`,
    )
    .pluck()
    .all() as string[]
  return { ...stream, items: [...new Set(items)].toSorted() }
}

function wantedOf(
  ending: Ending,
  world: World,
  { route, subject }: Pick<Target, 'route' | 'subject'>,
): { standing: Record<string, unknown>; requests: number; again: number | null } {
  const ids =
    route === 'get_user_profile'
      ? []
      : route === 'get_post_detail'
        ? [subject]
        : listed(world, route, subject)
  const isAlone = UNPAGED.has(route) || route === 'get_user_profile' || route === 'get_post_detail'
  const size = isAlone ? Math.max(1, ids.length) : (ending.pageSize ?? PAGE_SIZE)
  const pages = Array.from({ length: Math.max(1, Math.ceil(ids.length / size)) }, (_, n) =>
    ids.slice(n * size, (n + 1) * size),
  )
  // Met at the only page there is, everything happens one page earlier.
  const early = isAlone && ending.requests > 1 ? 1 : 0
  const again = ending.again === null ? null : isAlone ? 1 : pages.length - ending.again + 1
  // A post that a seed names belongs to its stream once that has been answered, whether or not it can be had.
  const items =
    route === 'get_post_detail' && ending.state === 'failed'
      ? ids
      : [...new Set(isAlone ? [] : ending.listed(pages))].toSorted()
  return {
    standing: { state: ending.state, reason: ending.reason?.source ?? null, pass: ending.pass, items },
    requests: ending.requests - early,
    again,
  }
}

/** What is wrong with a cell; nothing, if all is as it must be. */
async function tried(lab: Lab, ending: Ending, target: Target): Promise<string[]> {
  const world = threePages()
  const pageSize = ending.pageSize ?? PAGE_SIZE
  const { override, recover } = misbehaving(ending, target)
  const server = await lab.serve({ world, pageSize, override })
  const wanted = wantedOf(ending, world, target)
  const expected = expectedOf({ world, form: server.form, pageSize }, target.seeds, {
    collect: target.collect,
  })
  const file = lab.database()
  const asked = (from = 0): number =>
    server.seen.filter(
      ({ n, route, subject }) => n > from && route === target.route && subject === target.subject,
    ).length
  const { outcome } = await lab.crawl(server, file, target)
  const found = {
    exit: outcome.exitCode,
    requests: asked(),
    ...lab.look(file, db => standing(db, target)),
  } as Record<string, unknown>
  const isReasonRight =
    ending.reason === null ? found['reason'] === null : ending.reason.test(String(found['reason']))
  if (isReasonRight) found['reason'] = wanted.standing['reason']
  const all = { exit: ending.exit, requests: wanted.requests, ...wanted.standing }
  const wrong =
    JSON.stringify(found) === JSON.stringify(all)
      ? []
      : [`${target.route}: ${JSON.stringify(found)} instead of ${JSON.stringify(all)}`]
  const ledger = lab.look(file, db =>
    db.prepare("SELECT count(*) FROM requests WHERE state = 'answered'").pluck().get(),
  )
  if (ledger !== server.seen.length)
    wrong.push(`${target.route}: ${String(ledger)} requests in the ledger instead of ${server.seen.length}`)
  if (wanted.again === null) return wrong
  recover()
  const before = server.seen.length
  const { outcome: next } = await lab.crawl(server, file, target)
  const rows = lab.look(file, db => differences(db, expected.tables))
  if (next.exitCode !== 0 || rows.length > 0)
    wrong.push(`${target.route}, again: exit ${next.exitCode}, ${JSON.stringify(rows.slice(0, 3))}`)
  if (asked(before) !== wanted.again)
    wrong.push(`${target.route}, again: ${asked(before)} requests instead of ${wanted.again}`)
  return wrong
}

/** Three of the routes to which it applies, others for the next; all of them with FAULTS=all. */
function targetsOf(ending: Ending): readonly Target[] {
  const fitting = targets.filter(
    ({ route }) =>
      ending.on === 'any' ||
      !(UNPAGED.has(route) || route === 'get_user_profile' || route === 'get_post_detail'),
  )
  const turns = Math.floor(fitting.length / 3)
  return process.env['FAULTS'] === 'all'
    ? fitting
    : fitting.filter((_, index) => index % turns === endings.indexOf(ending) % turns)
}

describe.concurrent(
  'a listing that ends otherwise, or shifts: what is stored, why it stopped, what it cost, and ' +
    'what the same command does next',
  () => {
    test.for(endings.map(ending => [ending.name, ending] as const))(
      '%s',
      { timeout: 120_000 },
      async ([, ending], { lab }) => {
        const cells = await Promise.all(targetsOf(ending).map(target => tried(lab, ending, target)))
        expect(cells.flat()).toEqual([])
      },
    )
  },
)

describe('through the command line, each at the followers of another user', () => {
  const kinds = endings.filter(({ state, pageSize }) => state !== 'ready' && pageSize === undefined)

  program(
    'everything happens at once: exit 3, and each stream ends as if it were alone',
    async ({ bench }) => {
      const names = crowd('fan', 5)
      const stars = crowd('star', kinds.length)
      const world = story({
        users: [...stars, ...names].map(name => ({ name })),
        follows: stars.flatMap(star => names.map((fan): [string, string] => [fan, star])),
      })
      const listings = stars.map(star => ({ route: 'get_user_followers' as const, subject: userId(star) }))
      const overrides = listings.map((listing, n) => misbehaving(kinds[n] as Ending, listing).override)
      const server = await bench.serve({
        world,
        pageSize: PAGE_SIZE,
        override: async (seen, usual) => {
          for (const override of overrides) {
            const answer = await override(seen, usual)
            if (answer !== undefined) return answer
          }
          return undefined
        },
      })
      const result = await bench.crawl(server, [...stars.map(userId), '--collect', 'followers'])
      expect([result.code, result.stderr.includes('    at ')]).toEqual([3, false])
      const db = bench.open()
      for (const [n, listing] of listings.entries()) {
        const ending = kinds[n] as Ending
        const found = standing(db, listing)
        const wanted = wantedOf(ending, world, listing)
        expect
          .soft(
            {
              ...found,
              reason: ending.reason === null ? found['reason'] : ending.reason.test(String(found['reason'])),
            },
            ending.name,
          )
          .toEqual({ ...wanted.standing, reason: ending.reason === null ? null : true })
        expect
          .soft(server.seen.filter(({ subject }) => subject === listing.subject).length, ending.name)
          .toBe(wanted.requests)
      }
      const coverage = await bench.run(['coverage', '--db', bench.db, '--limit', '100'])
      for (const [n, { name, reason }] of kinds.entries())
        if (reason !== null) expect.soft(coverage.stdout, `${name}, ${String(stars[n])}`).toMatch(reason)
    },
  )
})
