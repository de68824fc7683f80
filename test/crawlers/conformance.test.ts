import { readdirSync } from 'node:fs'
import { getTableColumns, type Column, type Table } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRoutes, routes, type Page } from '../../src/api/index.js'
import type { Crawler } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import type { PageRows, Subject } from '../../src/db/index.js'
import { attachments, comments, posts, users } from '../../src/db/schema/index.js'
import type { Form } from '../../src/sandbox/index.js'
import { deepFreeze, Listings, pageSize, plain, servedId, withId } from './support/listings.js'

/*
 * What every crawler must keep, whatever it reads. A new file in src/crawlers is tested by this without being
 * named here.
 */

interface Reading {
  readonly subject: Subject
  readonly pages: readonly Page[]
  readonly rows: readonly PageRows[]
}

const crawlers = await loadCrawlers()
const forms: Form[] = ['native', 'contract']
const tables: Record<string, Table> = { users, posts, comments, attachments }
/** What a page cannot tell: the crawler's own notes. */
const OWN = new Set(['first_seen_at', 'last_seen_at', 'unavailable'])

async function readAll(listings: Listings, crawler: Crawler): Promise<Reading[]> {
  return Promise.all(
    listings.subjects(crawler.accepts).map(async subject => {
      const pages = await listings.read(crawler, subject)
      return { subject, pages, rows: pages.map(page => crawler.interpret(page, subject)) }
    }),
  )
}

function fits(column: Column, value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (column.getSQLType() === 'text') return typeof value === 'string' && value.isWellFormed()
  return column.getSQLType() === 'integer' ? Number.isSafeInteger(value) : typeof value === 'number'
}

function misfits(name: string, row: object): string[] {
  const columns = getTableColumns(tables[name] as Table)
  return Object.entries(row)
    .filter(([key, value]) => columns[key] === undefined || OWN.has(key) || !fits(columns[key], value))
    .map(([key, value]) => `${name}.${key}: ${JSON.stringify(value)}`)
}

/** Ids that a page may speak of: its rows, its subject, and the parents that its posts name. */
function knownIds(
  { users: people, posts: videos }: PageRows,
  subject: Subject,
): { users: Set<string>; posts: Set<string> } {
  const parents = [...videos.values()].flatMap(({ parent_post_id: parent }) => parent ?? [])
  return {
    users: new Set([...people.keys(), ...(subject.kind === 'user' ? [subject.id] : [])]),
    posts: new Set([...videos.keys(), ...parents, ...(subject.kind === 'post' ? [subject.id] : [])]),
  }
}

const ENDS = { follow: ['users', 'users'], cameo: ['users', 'posts'], remix: ['posts', 'posts'] } as const

describe('the crawlers', () => {
  it('are the files of their folder, each named after its file', () => {
    const files = readdirSync(new URL('../../src/crawlers', import.meta.url)).filter(
      file => !['index.ts', 'all.ts'].includes(file),
    )
    expect(crawlers.map(({ name }) => `${name}.ts`)).toEqual(files.toSorted())
    expect(crawlers.length).toBeGreaterThanOrEqual(12)
  })

  it('read each route that collects at most once', () => {
    const read = crawlers.map(({ route }) => route)
    expect(new Set(read).size).toBe(read.length)
    for (const route of read) expect(readRoutes).toContain(route)
  })
})

type Check = (
  crawler: Crawler,
  readings: readonly Reading[],
  again: () => Promise<Reading[]>,
) => void | Promise<void>

function everyPage(
  readings: readonly Reading[],
  check: (page: Page, rows: PageRows, subject: Subject) => void,
): void {
  for (const { subject, pages, rows } of readings)
    for (const [n, page] of pages.entries()) check(page, rows[n] as PageRows, subject)
}

const TABLE_OF = { user: 'users', post: 'posts', comment: 'comments', reply: 'comments' } as const

const checks: Record<string, Check> = {
  'asks with parameters that its route takes': (crawler, readings) => {
    const { params } = routes[crawler.route]
    for (const { subject } of readings) {
      const asked = crawler.params(subject)
      expect(params.safeParse(asked).success).toBe(true)
      expect(Object.keys(asked).filter(name => !(name in params.shape) || name === 'cursor')).toEqual([])
    }
  },

  'has something to read, and reads it to its end': (crawler, readings) => {
    expect(readings.flatMap(({ pages }) => pages.flatMap(({ items }) => items)).length).toBeGreaterThan(0)
    everyPage(readings, page => expect(page.items.length).toBeLessThanOrEqual(pageSize(crawler)))
  },

  'lists each record in its place: the ids served, in their order': (crawler, readings) => {
    everyPage(readings, (page, rows) => {
      if (crawler.lists === null) return expect(rows.listed).toEqual([])
      expect(rows.listed.map(item => item?.id)).toEqual(page.items.map(servedId))
      expect(new Set(rows.listed.map(item => item?.kind))).toEqual(
        new Set(page.items.length === 0 ? [] : [crawler.lists]),
      )
    })
  },

  'enters what it lists, and whoever it meets, as members that have a row': (_, readings) => {
    everyPage(readings, (__, rows) => {
      for (const item of rows.listed)
        expect(rows.members.get(`${item?.kind} ${item?.id}`)).toMatchObject({
          kind: item?.kind,
          id: item?.id,
        })
      for (const { kind, id, hop } of rows.members.values()) {
        expect(rows[TABLE_OF[kind]].has(id), `${kind} ${id}`).toBe(true)
        expect(hop).toBeGreaterThanOrEqual(kind === 'user' ? 1 : 0)
      }
    })
  },

  'loses no record: each one is listed or set aside': (crawler, readings) => {
    everyPage(readings, (page, rows) => {
      if (crawler.lists !== null)
        expect(rows.listed.filter(item => item !== undefined).length + rows.rejects.length).toBe(
          page.items.length,
        )
      expect(rows.rejects).toEqual([])
      expect(rows.drift).toEqual([])
    })
  },

  'makes rows that fit their tables, each under its own id': (_, readings) => {
    everyPage(readings, (__, rows) => {
      for (const name of ['users', 'posts', 'comments', 'attachments'] as const) {
        for (const [id, row] of rows[name]) {
          expect(row.id).toBe(id)
          expect(misfits(name, row)).toEqual([])
        }
      }
      for (const { post_id } of rows.attachments.values()) expect(rows.posts.has(post_id)).toBe(true)
    })
  },

  'makes edges once each, between ends that exist': (_, readings) => {
    everyPage(readings, (__, rows, subject) => {
      const known = knownIds(rows, subject)
      const all = [...rows.edges.values()]
      expect(new Set(all.map(edge => JSON.stringify(edge))).size).toBe(all.length)
      for (const { kind, source_id, target_id } of all) {
        const [source, target] = ENDS[kind]
        expect(
          known[source].has(source_id) && known[target].has(target_id),
          `${kind} ${source_id} ${target_id}`,
        ).toBe(true)
      }
    })
  },

  'relates every item that it lists to its subject, where it says that it does': ({ edge }, readings) => {
    everyPage(edge === null ? [] : readings, (_, rows, subject) => {
      const made = new Set(
        [...rows.edges.values()].map(({ kind, source_id, target_id }) => `${kind} ${source_id} ${target_id}`),
      )
      for (const item of rows.listed) {
        const ends = edge?.subjectIs === 'source' ? `${subject.id} ${item?.id}` : `${item?.id} ${subject.id}`
        expect(made).toContain(`${edge?.kind} ${ends}`)
      }
    })
  },

  'reads the same twice, links aside': async (_, readings, again) => {
    const told = (all: readonly Reading[]): unknown =>
      all.map(({ rows }) => rows.map(page => plain(page, false)))
    expect(told(await again())).toEqual(told(readings))
  },

  'interprets purely: the same answer gives the same rows, and stays as it is': (crawler, readings) => {
    everyPage(readings, (page, rows, subject) => {
      const before = JSON.stringify(page)
      const frozen = deepFreeze(structuredClone(page))
      expect(plain(crawler.interpret(frozen, deepFreeze({ ...subject })))).toEqual(plain(rows))
      expect(JSON.stringify(frozen)).toBe(before)
    })
  },

  'sets broken records aside one by one, with their place kept, and stores what is beside them': (
    crawler,
    readings,
  ) => {
    everyPage(readings, (page, rows, subject) => {
      const [first] = page.items
      if (first === undefined) return
      const broken = [
        'text',
        5,
        [],
        withId(first, undefined),
        withId(first, ''),
        withId(first, 5),
        withId(first, null),
      ]
      const told = crawler.interpret({ ...page, items: [null, ...page.items, ...broken] }, subject)
      expect(told.rejects.map(({ raw }) => raw)).toEqual(
        [null, ...broken].map(record => JSON.stringify(record)),
      )
      expect(told.rejects.every(({ reason }) => reason !== '')).toBe(true)
      if (crawler.lists !== null)
        expect(told.listed).toEqual([undefined, ...rows.listed, ...broken.map(() => undefined)])
      expect(plain({ ...told, listed: [], rejects: [] })).toEqual(plain({ ...rows, listed: [], rejects: [] }))
    })
  },
}

describe.each(forms)('on answers in the %s form', form => {
  let listings: Listings
  beforeAll(async () => {
    listings = await Listings.open(form)
  })
  afterAll(() => listings.close())

  describe.each(crawlers.map(crawler => [crawler.name, crawler] as const))('the crawler %s', (_, crawler) => {
    let readings: Reading[]
    beforeAll(async () => {
      readings = await readAll(listings, crawler)
    })

    it.each(Object.entries(checks))('%s', async (__, check) => {
      await check(crawler, readings, () => readAll(listings, crawler))
    })
  })
})
