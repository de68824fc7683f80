import { isObject, readId, readRoutes, routes, typeName, type ReadRoute } from '../api/index.js'
import type { Subject } from '../db/index.js'
import type { Crawler } from './contract.js'
import { parseSeed } from './seeds.js'

/** An answer that somebody else stored: which request it answers, and its body as text. */
export interface ForeignAnswer {
  readonly crawler: Crawler
  readonly route: ReadRoute
  readonly subject: Subject
  readonly cursor: string | null
  /** Unix milliseconds; null where nothing tells when it came. */
  readonly at: number | null
  /** An envelope, as JSON. */
  readonly body: string
  /** The same, read already; undefined where it came as text. */
  readonly envelope: Bag | undefined
}

type Bag = Record<string, unknown>

export type Foreign = { readonly answer: ForeignAnswer } | { readonly problem: string } | { readonly leftOut: string }

const MAX_NESTING = 4

/**
 * The answers in a stored value: a record of route, parameters and body in any of the forms that the README lists, an envelope that names
 * its router, an item of a SoraVault manifest, or a list or manifest of these.
 * @param exportedAt when the manifest around it was made
 */
export function readForeign(value: unknown, crawlers: readonly Crawler[], exportedAt: unknown = undefined, nesting = 0): Foreign[] {
  if (nesting > MAX_NESTING) return [{ problem: 'lists are nested too deeply' }]
  if (Array.isArray(value)) return value.flatMap((one) => readForeign(one, crawlers, exportedAt, nesting + 1))
  if (!isObject(value)) return [{ problem: `expected an object, got ${typeName(value)}` }]
  if ('_raw' in value) return [readVaultItem(value['_raw'], crawlers, value['exported_at'] ?? exportedAt)]
  if ('soravault_version' in value && Array.isArray(value['items'])) return value['items'].flatMap((item) => readForeign(item, crawlers, value['exported_at'], nesting + 1))
  return [readRecord(value, crawlers)]
}

/** SoraVault keeps posts as the platform served them: each is the detail of that post. Drafts and images are no posts. */
function readVaultItem(raw: unknown, crawlers: readonly Crawler[], exportedAt: unknown): Foreign {
  const post = isObject(raw) ? raw['post'] : undefined
  const id = isObject(post) ? readId(post['id']) : undefined
  if (post === undefined || post === null) return { leftOut: 'a SoraVault item without a post (a draft or an image)' }
  if (id === undefined) return { problem: 'the post of a SoraVault item has no id' }
  return answerTo('get_post_detail', { post_id: id }, crawlers, { at: unixMs(exportedAt), body: raw })
}

function readRecord(record: Bag, crawlers: readonly Crawler[]): Foreign {
  const request = isObject(record['request']) ? record['request'] : {}
  const response = isObject(record['response']) ? record['response'] : {}
  const isResponse = ['body', 'data', 'content', 'json'].some((name) => name in response) || 'status' in response
  const address = firstText(record['route'], request['route'], record['endpoint'], request['endpoint'], record['url'], request['url'], record['path'], request['path'], record['router'], envelopeOf(record)['router'])
  if (address === undefined) return { problem: 'it does not say which route it is the answer of' }
  const status = record['status'] ?? record['status_code'] ?? response['status'] ?? response['status_code'] ?? 200
  if (Number(status) !== 200) return { problem: `an answer with HTTP ${String(status)}: only pages (200) are imported` }
  const { route, query } = readAddress(address)
  if (route === undefined) return { problem: `there is no route "${address.slice(0, 100)}"` }
  const params = { ...envelopeParams(record), ...query, ...bag(record['params'] ?? record['query']), ...bag(request['params'] ?? request['query']) }
  const body = isResponse ? (response['body'] ?? response['json'] ?? response['content'] ?? response) : (record['body'] ?? record['response'] ?? ('router' in record ? record : { data: record['data'] }))
  const at = unixMs(record['received_at'] ?? record['fetched_at'] ?? record['timestamp'] ?? record['at'] ?? record['time'] ?? response['received_at'] ?? envelopeOf(record)['time_stamp'])
  return answerTo(route, params, crawlers, { at, body })
}

/** The envelope of a record: gateways repeat in it what was asked. */
function envelopeOf(record: Bag): Bag {
  const body = record['body'] ?? record['response']
  if (isObject(body)) return isObject(body['body']) ? body['body'] : body
  return record
}

function envelopeParams(record: Bag): Bag {
  return bag(envelopeOf(record)['params'])
}

function answerTo(route: ReadRoute, params: Bag, crawlers: readonly Crawler[], { at, body }: { at: number | null; body: unknown }): Foreign {
  const crawler = crawlers.find((one) => one.route === route)
  if (crawler === undefined) return { problem: `answers of ${route} are not collected` }
  const subject = subjectOf(crawler, params)
  if (subject === undefined) return { problem: `the parameters do not say whose ${route} it is` }
  const envelope = typeof body === 'string' ? undefined : inEnvelope(body)
  const text = typeof body === 'string' ? body : JSON.stringify(envelope)
  if (text === undefined) return { problem: 'it has no body' }
  const cursor = firstText(params['cursor']) ?? null
  return { answer: { crawler, route, subject, cursor, at, body: text, envelope } }
}

/** A bare payload is put into an envelope; undefined for what is no payload. */
function inEnvelope(body: unknown): Bag | undefined {
  if (Array.isArray(body)) return { data: { items: body } }
  if (!isObject(body)) return undefined
  const isEnvelope = 'data' in body || 'code' in body || 'detail' in body || 'error' in body
  return isEnvelope ? body : { data: body }
}

/** A route by its name, its path, or the whole address of the request. */
function readAddress(address: string): { route: ReadRoute | undefined; query: Bag } {
  const [path = '', search = ''] = address.split('?')
  const name = path.split('/').findLast((part) => part !== '')
  return { route: readRoutes.find((route) => route === name), query: Object.fromEntries(new URLSearchParams(search.replace(/#.*$/, ''))) }
}

function subjectOf({ accepts }: Crawler, params: Bag): Subject | undefined {
  const named = (name: string): Subject | undefined => {
    const id = readId(params[name])
    return id === undefined ? undefined : { kind: accepts, id, parentId: null }
  }
  switch (accepts) {
    case 'feed':
    case 'leaderboard':
      return { kind: accepts, id: '', parentId: null }
    case 'user':
      return named('user_id')
    case 'comment': {
      const subject = named('comment_id')
      return subject && { ...subject, parentId: readId(params['post_id']) ?? null }
    }
    case 'query':
    case 'handle':
      return named('username')
    case 'post':
    case 'link':
      return named('post_id') ?? postAt(params['post_url'], accepts)
  }
}

function postAt(url: unknown, kind: 'post' | 'link'): Subject | undefined {
  const seed = typeof url === 'string' ? parseSeed(url) : undefined
  return seed !== undefined && !('problem' in seed) && seed.kind === 'link' ? { kind, id: seed.id, parentId: null } : undefined
}

/** Unix seconds or milliseconds, or a date as text; null where there is none. */
function unixMs(value: unknown): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{9,13}(\.\d+)?$/.test(value) ? Number(value) : undefined
  const ms = number === undefined ? (typeof value === 'string' ? Date.parse(inUtc(value)) : Number.NaN) : number < 1e11 ? number * 1000 : number
  return ms >= 0 && ms <= 8.64e15 ? Math.floor(ms) : null
}

/** A time of day without a zone is one of UTC, on whatever machine it is read. */
function inUtc(text: string): string {
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
}

function bag(value: unknown): Bag {
  return isObject(value) ? value : {}
}

function firstText(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}

/** Where a route keeps its records. */
export const shapeOf = (route: ReadRoute) => routes[route].shape
