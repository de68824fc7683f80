/** Listings of the sandbox, read as the crawl reads them, for any crawler that there is. */
import {
  ApiClient,
  isObject,
  routes,
  type Page,
  type ParamsOf,
  type ReadRoute,
} from '../../../src/api/index.js'
import type { Crawler } from '../../../src/crawl/index.js'
import type { PageRows, Subject, SubjectKind } from '../../../src/db/index.js'
import { startSandbox, type Form, type Sandbox } from '../../../src/sandbox/index.js'

/** How many subjects of a kind a crawler is tried on. */
const SUBJECTS = 6

export class Listings {
  readonly #sandbox: Sandbox
  readonly #client: ApiClient
  readonly #subjects = new Map<SubjectKind, readonly Subject[]>()

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
    this.#client = new ApiClient({ url: sandbox.url, key: sandbox.key, rate: 100_000, concurrency: 8 })
  }

  /** Starts a sandbox and finds subjects of every kind in it. */
  static async open(form: Form): Promise<Listings> {
    const listings = new Listings(await startSandbox({ form }))
    await listings.#discover()
    return listings
  }

  async close(): Promise<void> {
    await this.#client.close()
    await this.#sandbox.stop()
  }

  subjects(kind: SubjectKind): readonly Subject[] {
    const subjects = this.#subjects.get(kind) ?? []
    if (subjects.length === 0) throw new Error(`the sandbox has no subject of kind ${kind}`)
    return subjects
  }

  /** The pages of a listing from its top to its end. */
  async read(crawler: Crawler, subject: Subject): Promise<Page[]> {
    return this.#pages(crawler.route, crawler.params(subject))
  }

  async #pages(route: ReadRoute, params: Record<string, unknown>): Promise<Page[]> {
    const pages: Page[] = []
    for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.next ?? null) {
      pages.push(await this.#page(route, { ...params, ...(cursor === undefined ? {} : { cursor }) }))
    }
    return pages
  }

  async #page(route: ReadRoute, params: Record<string, unknown>): Promise<Page> {
    const turn = await this.#client.gate.turn(new AbortController().signal)
    if (turn === undefined) throw new Error('no turn')
    const reply = await this.#client.send(turn, route, params as ParamsOf<ReadRoute>)
    if (reply.kind !== 'page') throw new Error(`${route} answered: ${reply.message}`)
    return reply.page
  }

  async #items(route: ReadRoute, params: Record<string, unknown>): Promise<unknown[]> {
    return (await this.#pages(route, params)).flatMap(({ items }) => items)
  }

  async #discover(): Promise<void> {
    const posts = await this.#items('get_feed', {})
    const leaders = await this.#items('get_cameo_leaderboard', {})
    const busiest = byCount(posts, 'reply_count')
    const comments = await this.#items('get_post_comments', { post_id: servedId(busiest[0]) })
    const own = (kind: SubjectKind, id: string, parentId: string | null = null): Subject => ({
      kind,
      id,
      parentId,
    })
    const ids = [
      ...new Set(
        [...busiest.slice(0, 3), ...byCount(posts, 'remix_count').slice(0, 2), ...posts.slice(0, 2)].map(
          servedId,
        ),
      ),
    ].slice(0, SUBJECTS)
    this.#subjects.set('feed', [own('feed', '')])
    this.#subjects.set('leaderboard', [own('leaderboard', '')])
    this.#subjects.set('query', [own('query', 'a'), own('query', 'nobody-has-this-name')])
    this.#subjects.set(
      'user',
      leaders.slice(0, SUBJECTS).map(leader => own('user', servedId(leader))),
    )
    for (const kind of ['post', 'link'] as const)
      this.#subjects.set(
        kind,
        ids.map(id => own(kind, id)),
      )
    const answered = byCount(comments, 'reply_count').slice(0, SUBJECTS)
    this.#subjects.set(
      'comment',
      answered.map(comment => own('comment', servedId(comment), servedId(busiest[0]))),
    )
  }
}

/** The record inside its wrapper, if it has one. */
export function holder(record: unknown): Record<string, unknown> {
  if (!isObject(record)) throw new Error('the record is no object')
  const inner = record['post'] ?? record['profile']
  return isObject(inner) && !('id' in record) ? inner : record
}

/** The id under which a record is served, in any form. */
export function servedId(record: unknown): string {
  const held = holder(record)
  return String(held['id'] ?? held['user_id'] ?? held['post_id'])
}

function byCount(records: readonly unknown[], counter: string): unknown[] {
  return records.toSorted((a, b) => Number(holder(b)[counter] ?? 0) - Number(holder(a)[counter] ?? 0))
}

/** The records of a page, with one of them broken: its id replaced, or gone where the value is undefined. */
export function withId(record: unknown, id: unknown): unknown {
  const copy = structuredClone(record)
  const held = holder(copy)
  for (const name of ['id', 'user_id', 'post_id']) {
    if (!(name in held)) continue
    if (id === undefined) delete held[name]
    else held[name] = id
  }
  if (isObject(copy)) delete copy['token']
  return copy
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

/** Columns that hold signed links, which differ at every fetch. */
export const LINKS = new Set([
  'url',
  'downloadable_url',
  'thumbnail_url',
  'gif_url',
  'md_url',
  'url_expires_at',
  'profile_picture_url',
  'banner_image_url',
  'preview_image_url',
])

/** Everything that a page tells, as plain data; without the links where two fetches are compared. */
export function plain(rows: PageRows, withLinks = true): unknown {
  return JSON.parse(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(rows).map(([name, held]) => [
          name,
          held instanceof Map ? [...held] : (held as unknown),
        ]),
      ),
      (key, value: unknown) => (!withLinks && LINKS.has(key) ? undefined : value),
    ),
  ) as unknown
}

/** The page size of a route, where the contract states one. */
export function pageSize(crawler: Crawler): number {
  return routes[crawler.route].pageSize ?? Number.POSITIVE_INFINITY
}
