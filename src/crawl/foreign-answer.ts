import { isObject, readId, type ReadRoute } from '../api/index.js'
import type { Subject } from '../db/index.js'
import type { Crawler } from './contract.js'
import { timeMs } from '../normalize/index.js'
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
  /** The same, read already; undefined where it is no JSON object. */
  readonly envelope: Bag | undefined
}

export type Bag = Record<string, unknown>

/** An answer; or why a stored value is none; or why it is left out, which is no fault. */
export type Foreign =
  { readonly answer: ForeignAnswer } | { readonly problem: string } | { readonly leftOut: string }

/** What somebody stored of one answer. */
export interface Stored {
  readonly route: ReadRoute
  readonly params: Bag
  readonly at: number | null
  /** An envelope, a payload, its list of records, or any of these as text. */
  readonly body: unknown
}

/** The answer that was stored, whose ever it is. */
export function answerOf({ route, params, at, body }: Stored, crawlers: readonly Crawler[]): Foreign {
  const crawler = crawlers.find(one => one.route === route)
  if (crawler === undefined) return { problem: `answers of ${route} are not collected` }
  const parsed = typeof body === 'string' ? parse(body) : body
  const subject = subjectOf(
    crawler,
    route === 'get_user_profile' ? { user_id: profileIn(parsed), ...params } : params,
  )
  if (subject === undefined) return { problem: `the parameters do not say whose ${route} it is` }
  const envelope = inEnvelope(parsed)
  const text =
    typeof body === 'string' && (envelope === undefined || envelope === parsed) ? body : textOf(envelope)
  if (text === undefined) return { problem: 'it has no body' }
  if (text === TOO_DEEP) return { problem: 'it is nested too deeply to be an answer' }
  const cursor = firstText(params['cursor']) ?? null
  return { answer: { crawler, route, subject, cursor, at, body: text, envelope } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown
  } catch {
    return undefined
  }
}

const TOO_DEEP = Symbol('too deep')

/** Values can be read that are nested deeper than they can be written. */
function textOf(envelope: Bag | undefined): string | undefined | typeof TOO_DEEP {
  try {
    return JSON.stringify(envelope)
  } catch (error) {
    if (error instanceof RangeError) return TOO_DEEP
    throw error
  }
}

/** A bare payload is put into an envelope; undefined for what is no payload. */
function inEnvelope(body: unknown): Bag | undefined {
  if (Array.isArray(body)) return { data: { items: body } }
  if (!isObject(body)) return undefined
  const isEnvelope = 'data' in body || 'code' in body || 'detail' in body || 'error' in body
  return isEnvelope ? body : { data: body }
}

/** Whose profile an answer shows, for requests that name somebody by handle. */
function profileIn(body: unknown): unknown {
  const data = isObject(body) && isObject(body['data']) ? body['data'] : body
  const profile = isObject(data) && isObject(data['profile']) ? data['profile'] : data
  return isObject(profile) ? profile['user_id'] : undefined
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
  return seed !== undefined && !('problem' in seed) && seed.kind === 'link'
    ? { kind, id: seed.id, parentId: null }
    : undefined
}

/** Unix milliseconds, by the rule for all times; null where there is none after 1970. */
export function unixMs(value: unknown): number | null {
  const ms = timeMs(value)
  return ms !== undefined && ms > 0 && ms <= 8.64e15 ? ms : null
}

export function bag(value: unknown): Bag {
  return isObject(value) ? value : {}
}

export function firstText(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}
