import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { getTableColumns, getTableName, type Table } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readCollect } from '../../src/cli/flags.js'
import { collectable, type Crawler } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { attachments, comments, edges, posts, users } from '../../src/db/schema/index.js'
import { Bench } from '../db/support/database.js'
import { brokenTextIn, faultsIn } from '../fuzz/support/soundness.js'
import { snapshot } from '../support/world/compare.js'
import { envelope } from '../support/world/gateway.js'
import { generateWorld } from '../support/world/generate.js'
import { listed, SUBJECTS, UNPAGED, type Form } from '../support/world/model.js'
import { TEST_KEY, WorldServer } from '../support/world/server.js'
import { become, crawl, look, NEWS, PAGE_SIZE, requestsOf, worldWith } from './study.js'

/*
 * What every crawler must keep from its first request to its last row, one test after the other, for each
 * file of src/crawlers without naming any: what acceptance suites of ingestion frameworks check of a source
 * (schema, keys, repeated reads, state), and what they leave out (resuming everywhere, odd state, secrets,
 * what a second read costs).
 */

const crawlers = await loadCrawlers()
const FORMS: readonly Form[] = ['native', 'contract']

let bench: Bench
let files = 0
const newFile = (): string => bench.file(`study-${(files += 1)}.db`)
const servers: WorldServer[] = []

async function serve(form: Form, world = worldWith()): Promise<WorldServer> {
  const server = await WorldServer.start({ world, form, pageSize: PAGE_SIZE })
  servers.push(server)
  return server
}

beforeAll(() => {
  bench = new Bench()
})

afterAll(async () => {
  await Promise.all(servers.map(server => server.close()))
  await bench.end()
})

/** Rows of things, without the times at which they were met. */
const rowsIn = (file: string): Record<string, unknown[]> => look(file, db => snapshot(db))

const isPaged = ({ route }: Crawler): boolean => !UNPAGED.has(route as never)

/** What a second reading of an unchanged listing costs by the contract, in pages. */
function costOfNothingNew({ order, gate }: Crawler, pages: number): number {
  if (order === 'single' || order === 'newest-first') return 1
  return gate?.closedWhen === 'unmoved' ? 0 : pages
}

it.each(crawlers.map(({ name, route }) => [name, route]))(
  'the world that crawlers are judged by knows the route of %s',
  (_, route) => {
    expect(Object.keys(SUBJECTS)).toContain(route)
  },
)

describe.each(FORMS)('on answers in the %s form', form => {
  describe.each(crawlers.map(crawler => [crawler.name, crawler] as const))(
    'the crawler %s',
    (name, crawler) => {
      let server: WorldServer
      let whole: string
      let sent: number

      beforeAll(async () => {
        server = await serve(form)
        whole = newFile()
        expect(await crawl(whole, server, crawlers, crawler)).toMatchObject({
          finished: true,
          exitCode: 0,
          tally: { failed: 0 },
        })
        sent = server.seen.length
      })

      it('reads its listing to the end, each page once', () => {
        const requests = requestsOf(whole, crawler)
        const subject = requests[0]?.split('\n')[0] ?? ''
        const length = isPaged(crawler) ? listed(server.world, crawler.route as never, subject).length : 1
        expect(length).toBeGreaterThan(0)
        expect(requests.filter(request => request.split('\n')[0] === subject)).toHaveLength(
          Math.ceil(length / PAGE_SIZE),
        )
        expect(new Set(requests).size).toBe(requests.length)
      })

      it('leaves rows that fit their columns, unique keys, references that hold, and valid text', () => {
        expect(look(whole, faultsIn)).toEqual([])
        expect(look(whole, brokenTextIn)).toEqual([])
      })

      it('sets nothing aside of a valid answer, and reads every field of it', () => {
        expect(
          look(whole, db => [
            db.prepare('SELECT count(*) FROM rejects').pluck().get(),
            db.prepare('SELECT path, got FROM drift').all(),
          ]),
        ).toEqual([0, []])
      })

      it('comes to the same when everything is read again, into another database or the same', async () => {
        const other = newFile()
        await crawl(other, server, crawlers, crawler, { full: true })
        expect(rowsIn(other)).toEqual(rowsIn(whole))
        const same = newFile()
        await crawl(same, server, crawlers, crawler)
        expect((await crawl(same, server, crawlers, crawler, { full: true })).exitCode).toBe(0)
        expect(rowsIn(same)).toEqual(rowsIn(whole))
      })

      it('reads nothing new at the price that the contract names', async () => {
        const file = newFile()
        await crawl(file, server, crawlers, crawler)
        const before = requestsOf(file, crawler).length
        await crawl(file, server, crawlers, crawler)
        expect(requestsOf(file, crawler).length - before).toBe(costOfNothingNew(crawler, before))
        expect(rowsIn(file)).toEqual(rowsIn(whole))
      })

      it.runIf(name in NEWS)('reads what is new, and adds nothing else', async () => {
        const { names: news = [], table = 'users' } = NEWS[name] ?? {}
        const changing = await serve(form)
        const file = newFile()
        await crawl(file, changing, crawlers, crawler)
        const before = requestsOf(file, crawler).length
        become(changing.world, worldWith(...news))
        await crawl(file, changing, crawlers, crawler)
        const fresh = newFile()
        await crawl(fresh, changing, crawlers, crawler)
        const added = (rowsIn(file)[table]?.length ?? 0) - (rowsIn(whole)[table]?.length ?? 0)
        expect(added).toBe(news.length)
        expect(rowsIn(file)).toEqual(rowsIn(fresh))
        const cost = requestsOf(file, crawler).length - before
        expect(cost).toBe(crawler.order === 'newest-first' ? 1 : before)
      })

      it('goes on from every page at which it was stopped, and pays nothing twice', async () => {
        for (let pages = 1; pages < sent; pages += 1) {
          const file = newFile()
          const already = server.seen.length
          expect(await crawl(file, server, crawlers, crawler, { maxRequests: pages })).toMatchObject({
            finished: false,
            exitCode: 4,
          })
          expect(await crawl(file, server, crawlers, crawler)).toMatchObject({ finished: true, exitCode: 0 })
          expect(server.seen.length - already).toBe(sent)
          expect(rowsIn(file)).toEqual(rowsIn(whole))
        }
      })

      // What is done about a dead cursor does not depend on the form of answers.
      it.runIf(isPaged(crawler) && form === 'native')(
        'recovers from a checkpoint with any cursor',
        async () => {
          const odd = [
            '',
            ' ',
            '0',
            'null',
            '\u0000',
            '\n\r\t',
            '\u001B[2J',
            '%',
            '=&?#',
            '__proto__',
            '風筝\u{1F431}',
            '\uFFFD',
            'x'.repeat(8_000),
            '{"offset":-1}',
            'eyJhZnRlciI6Im5vYm9keSJ9',
          ]
          for (const cursor of odd) {
            const file = newFile()
            await crawl(file, server, crawlers, crawler, { maxRequests: sent - 1 })
            look(
              file,
              db =>
                db
                  .prepare("UPDATE checkpoints SET cursor = ? WHERE stream = ? AND pass_state = 'open'")
                  .run(cursor, name),
              false,
            )
            // A cursor that leads back to a page already read fails the pass; the next run begins a new one.
            const first = await crawl(file, server, crawlers, crawler)
            expect([cursor, first.finished]).toEqual([cursor, true])
            if (first.exitCode === 3) expect((await crawl(file, server, crawlers, crawler)).exitCode).toBe(0)
            else expect([cursor, first.exitCode]).toEqual([cursor, 0])
            expect(rowsIn(file)).toEqual(rowsIn(whole))
          }
        },
      )

      it('keeps the key out of its database, though every answer repeats it', async () => {
        const telling = await serve(form)
        telling.override = (seen, answer) => {
          const body = envelope(
            telling.gateway,
            { route: seen.route, params: { ...seen.params, authorization: `Bearer ${TEST_KEY}` }, n: seen.n },
            answer.data ?? null,
          )
          return { ...answer, raw: JSON.stringify(body).replaceAll('"text":"', `"text":"${TEST_KEY} `) }
        }
        const file = newFile()
        expect((await crawl(file, telling, crawlers, crawler)).exitCode).toBe(0)
        const bodies = look(file, db => db.prepare('SELECT body FROM pages').pluck().all() as Buffer[]).map(
          body => gunzipSync(body).toString(),
        )
        expect(bodies.filter(body => body.includes('[key]')).length).toBe(bodies.length)
        expect(bodies.filter(body => body.includes(TEST_KEY))).toEqual([])
        expect(readFileSync(file).includes(TEST_KEY)).toBe(false)
      })
    },
  )
})

describe.each(crawlers.map(crawler => [crawler.name, crawler] as const))(
  'the crawler %s',
  (name, crawler) => {
    const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

    it('fits on a screen', () => {
      const lines = read(`src/crawlers/${name}.ts`).split('\n')
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.some(line => line.startsWith('/** '))).toBe(true)
    })

    it(
      'is told of in the guide: a stream of --collect in a row with its route, what a seed starts ' +
        'under its name',
      () => {
        const lines = read('src/guide/crawling.md').split('\n')
        const isCollected = collectable(crawlers).includes(name)
        expect(
          lines.some(line =>
            isCollected
              ? line.startsWith(`| \`${name}\``) && line.includes(`\`${crawler.route}\``)
              : line.includes(name),
          ),
        ).toBe(true)
      },
    )

    it.runIf(['user', 'post', 'comment'].includes(crawler.accepts))('can be named by --collect', () => {
      expect(readCollect(name, crawlers)).toEqual([name])
    })
  },
)

describe('the crawlers together', () => {
  /** Columns that no answer of the world fills, and why. */
  const NEVER: Readonly<Record<string, string>> = {
    'posts.tombstoned_at': 'the world serves no deleted posts; test/normalize reads them',
    'posts.unavailable': 'no post that the feed lists is gone in this world; test/e2e/refusals has some',
    'comments.unavailable': 'the same',
    'edges.gone_at': 'nothing goes away here; test/e2e/full does it',
  }

  it('fill every column of every entity, unless it is known why not', async () => {
    const filled = new Set<string>()
    const tables: Table[] = [users, posts, comments, attachments, edges]
    for (const form of FORMS) {
      const server = await serve(form, generateWorld(5))
      const file = newFile()
      for (const crawler of crawlers.filter(({ accepts }) => accepts === 'feed')) {
        await crawl(file, server, crawlers, crawler, { depth: 1, collect: collectable(crawlers) })
      }
      look(file, db => {
        for (const table of tables) {
          const name = getTableName(table)
          for (const column of Object.keys(getTableColumns(table)))
            if (db.prepare(`SELECT 1 FROM ${name} WHERE "${column}" IS NOT NULL LIMIT 1`).get() !== undefined)
              filled.add(`${name}.${column}`)
        }
      })
    }
    const all = tables.flatMap(table =>
      Object.keys(getTableColumns(table)).map(column => `${getTableName(table)}.${column}`),
    )
    expect(all.filter(column => !filled.has(column)).toSorted()).toEqual(Object.keys(NEVER).toSorted())
  })
})
