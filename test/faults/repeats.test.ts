/**
 * Listings that would never end: each of their pages names a cursor that was not used before, and brings
 * nothing.
 */
import { describe, expect } from 'vitest'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { UNPAGED } from '../support/world/model.js'
import type { Answer } from '../support/world/server.js'
import type { JsonObject } from '../support/world/wire.js'
import { edited } from './support/endings.js'
import { test, type Lab } from './support/invocation.js'
import { PAGE_SIZE, targets, threePages, type Target } from './support/listings.js'

const crawlers = await loadCrawlers()
const listings = targets.filter(
  ({ route }) => !UNPAGED.has(route) && route !== 'get_user_profile' && route !== 'get_post_detail',
)
/** A listing that is never asked for again after so many requests has been left for good. */
const CAP = 40

type Records = readonly unknown[]

interface Endless {
  readonly name: string
  /** The records of the page after the listing's own three, given what these held. */
  readonly page: (n: number, pages: readonly Records[]) => Records
  /** Requests, the three of the listing included. */
  readonly requests: number
  /** Whether it is said to repeat itself; else that it brings nothing. */
  readonly repeats: boolean
}

const unreadable = (n: number): Records => [{ post: { id: n }, profile: { user_id: n }, id: n, user_id: n }]
const news = (record: unknown, n: number): JsonObject =>
  JSON.parse(
    JSON.stringify(record).replaceAll(/("(?:post_|user_)?id": ?")([^"]{12})[^"]*/g, `$1$2${n}`),
  ) as JsonObject

const endless: readonly Endless[] = [
  { name: 'its last page again and again', page: (_n, pages) => pages[2] ?? [], requests: 6, repeats: true },
  { name: 'its first page again and again', page: (_n, pages) => pages[0] ?? [], requests: 6, repeats: true },
  { name: 'two pages in turn', page: (n, pages) => pages[n % 2] ?? [], requests: 6, repeats: true },
  {
    name: 'repeated and empty pages in turn',
    page: (n, pages) => (n % 2 === 0 ? [] : (pages[0] ?? [])),
    requests: 8,
    repeats: true,
  },
  {
    name: 'repeated pages, three empty ones before each',
    page: (n, pages) => (n % 4 === 0 ? (pages[0] ?? []) : []),
    requests: 13,
    repeats: false,
  },
  { name: 'records that cannot be read', page: unreadable, requests: 13, repeats: false },
  {
    name: 'records that cannot be read, and empty pages in turn',
    page: n => (n % 2 === 0 ? [] : unreadable(n)),
    requests: 13,
    repeats: false,
  },
  {
    name: 'the same records with other contents',
    page: (n, pages) =>
      (pages[1] ?? []).map(
        record => JSON.parse(JSON.stringify(record).replaceAll(/("like_count": ?)\d+/g, `$1${n}`)) as unknown,
      ),
    requests: 6,
    repeats: true,
  },
  {
    name: 'one new record on each third page, and at last none',
    page: (n, pages) => [...(pages[0] ?? []), ...(n % 3 === 0 && n < 10 ? [news(pages[0]?.[0], n)] : [])],
    requests: 15,
    repeats: true,
  },
]

/** Serves the listing's own pages, and then what it likes, always with a cursor that is new. */
function misbehaving(
  { route, subject }: Target,
  { page }: Endless,
): (seen: { route: string; subject: string; cursor: string }, usual: Answer) => Answer | undefined {
  const pages: Records[] = []
  return (seen, usual) => {
    if (seen.route !== route || seen.subject !== subject) return undefined
    const number = /^further (\d+)$/.exec(seen.cursor)?.[1]
    if (number === undefined) {
      return edited(usual, ({ items, cursor, more }) => {
        pages.push(items)
        if (pages.length === 3) cursor('further 1')
        more(true)
      })
    }
    const n = Number(number)
    const list = { items: page(n, pages) as JsonObject[], cursor: `further ${n + 1}` }
    return {
      status: 200,
      data: route === 'get_post_comments' || route === 'get_comment_replies' ? { children: list } : list,
    }
  }
}

async function tried(
  lab: Lab,
  kind: Endless,
  target: Target,
  maxRequests: number | undefined,
): Promise<string[]> {
  const server = await lab.serve({
    world: threePages(),
    pageSize: PAGE_SIZE,
    override: misbehaving(target, kind),
  })
  const file = lab.database()
  const asked = (): number =>
    server.seen.filter(({ route, subject }) => route === target.route && subject === target.subject).length
  let ended = await lab.crawl(server, file, {
    ...target,
    ...(maxRequests === undefined ? {} : { maxRequests }),
  })
  while (!ended.outcome.finished && asked() < CAP)
    ended = await lab.crawl(server, file, {
      ...target,
      ...(maxRequests === undefined ? {} : { maxRequests }),
    })
  const order = crawlers.find(({ route }) => route === target.route)?.order
  const completes = kind.repeats && order === 'ranked'
  const found = lab.look(file, db =>
    db
      .prepare(
        'SELECT f.state, f.reason, k.pass_state AS pass FROM frontier f JOIN checkpoints k ON ' +
          'k.id = f.stream_id WHERE f.reason IS NOT NULL',
      )
      .get(),
  ) as { state: string; reason: string; pass: string } | undefined
  const got = { requests: asked(), exit: ended.outcome.exitCode, ...found }
  const reason = kind.repeats
    ? 'the listing only repeats itself: 3 pages without a new item'
    : '10 pages in a row list nothing that is new and can be read'
  const wanted = {
    requests: kind.requests,
    exit: completes ? 0 : 3,
    state: completes ? 'complete' : 'failed',
    reason,
    pass: completes ? 'completed' : 'failed',
  }
  return JSON.stringify(got) === JSON.stringify(wanted)
    ? []
    : [`${target.route}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`]
}

describe.concurrent(
  'a listing without end is left after a few pages without anything new, and says why',
  () => {
    test.for(endless.map(kind => [kind.name, kind] as const))('%s', async ([, kind], { lab }) => {
      const cells = await Promise.all(listings.map(target => tried(lab, kind, target, undefined)))
      expect(cells.flat()).toEqual([])
    })

    test('read one page at a time, each kind at another listing', async ({ lab }) => {
      const cells = await Promise.all(
        endless.map((kind, index) => tried(lab, kind, listings[index % listings.length] as Target, 1)),
      )
      expect(cells.flat()).toEqual([])
    })
  },
)

test('a full pass that ends where a ranked listing only repeats itself says nothing of what has gone', async ({
  lab,
}) => {
  const target = targets.find(({ route }) => route === 'get_post_remix_list')
  if (target === undefined) throw new Error('there is no such listing')
  let isWell = true
  let first: Answer | undefined
  const server = await lab.serve({
    world: threePages(),
    pageSize: PAGE_SIZE,
    override: (seen, usual) => {
      if (isWell || seen.route !== target.route) return undefined
      // Only its first page is shown, whatever is asked for.
      first ??= usual
      return edited(first, ({ cursor, more }) => [cursor(`further ${seen.n}`), more(true)])
    },
  })
  const file = lab.database()
  const gone = (): unknown =>
    lab.look(file, db =>
      db.prepare("SELECT count(*) FROM edges WHERE kind = 'remix' AND gone_at IS NOT NULL").pluck().get(),
    )
  await lab.crawl(server, file, { ...target, full: true })
  isWell = false
  const { outcome } = await lab.crawl(server, file, { ...target, full: true })
  expect([outcome.exitCode, gone()]).toEqual([0, 0])
  expect(outcome.troubled.map(({ state, reason }) => [state, reason])).toEqual([
    ['repeats', expect.stringContaining('only repeats itself')],
  ])
  const held = lab.look(file, db =>
    db
      .prepare(
        'SELECT count(*) FROM members m JOIN checkpoints k ON k.id = m.stream_id WHERE m.gone = 0 ' +
          "AND m.kind = 'post' AND k.stream = 'remixes'",
      )
      .pluck()
      .get(),
  )
  expect(held).toBe(5)
})
