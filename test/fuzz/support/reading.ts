/**
 * An independent reading of an answer: which records it serves, whose ids can be read, and how it goes on.
 * Written from the contract and not from the program, which must come to the same.
 */
import { routes } from '../../../src/api/index.js'
import type { Crawler } from '../../../src/crawl/index.js'

export interface Expected {
  /** For each record served: the id that it must be stored under, or undefined where it must be set aside. */
  readonly records: readonly (string | undefined)[]
  /** What the answer says of the next page. */
  readonly next:
    { readonly is: 'end' } | { readonly is: 'cursor'; readonly cursor: string } | { readonly is: 'broken' }
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** Only own keys: an id that is inherited was never served. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const fields = fieldsOf(inner)
    return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined
  }, value)
}

const isWellFormed = (text: string): boolean => Buffer.from(text, 'utf8').toString('utf8') === text

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && isWellFormed(value) ? value : undefined
}

const isTold = (value: unknown): boolean => value !== undefined && value !== null

/** A post or comment stands in a wrapper, or is the record itself. */
function postId(record: unknown): string | undefined {
  return idOf(fieldsOf(at(record, 'post')) === undefined ? at(record, 'id') : at(record, 'post', 'id'))
}

/** So does a profile; beside it, a search has a token that names the user too. */
function userId(record: unknown, hasToken: boolean): string | undefined {
  const profile = fieldsOf(at(record, 'profile')) ?? fieldsOf(record)
  if (profile === undefined) return undefined
  const told = at(profile, 'user_id')
  if (isTold(told) || !hasToken) return idOf(told)
  const token = at(record, 'token')
  return typeof token === 'string' ? idOf(/^<@(.+)>$/u.exec(token)?.[1]) : undefined
}

/** Where the records of an answer are, by the shape of its route; undefined where they are nowhere. */
function recordsIn(
  data: unknown,
  shape: string,
): { records: readonly unknown[]; holder: unknown } | undefined {
  if (shape === 'post') return { records: [data], holder: undefined }
  if (shape === 'profile') return { records: [fieldsOf(at(data, 'profile')) ?? data], holder: undefined }
  if (Array.isArray(data)) return { records: data, holder: undefined }
  if (fieldsOf(data) === undefined) return undefined
  const children = at(data, 'children')
  if (shape === 'children' && children === null) return { records: [], holder: undefined }
  if (shape === 'children' && Array.isArray(children)) return { records: children, holder: undefined }
  const holder = shape === 'children' ? (fieldsOf(children) ?? data) : data
  const items = at(holder, 'items')
  if (items === null) return { records: [], holder }
  return Array.isArray(items) ? { records: items, holder } : undefined
}

/** Told as a boolean, as 0 or 1, or as text of these. */
function saidMore(value: unknown): boolean | undefined {
  const word = ['boolean', 'number', 'string'].includes(typeof value)
    ? String(value).trim().toLowerCase()
    : ''
  return { true: true, 1: true, false: false, 0: false }[word]
}

function nextOf(data: unknown, holder: unknown): Expected['next'] {
  const more = [at(holder, 'has_more'), at(data, 'has_more')].map(saidMore).find(said => said !== undefined)
  const cursor = at(holder, 'cursor') ?? at(data, 'cursor')
  if (more === false) return { is: 'end' }
  if (!isTold(cursor) || cursor === '') return { is: more === true ? 'broken' : 'end' }
  if (typeof cursor === 'string') return isWellFormed(cursor) ? { is: 'cursor', cursor } : { is: 'broken' }
  const isExact =
    typeof cursor === 'number' &&
    Number.isFinite(cursor) &&
    (Number.isSafeInteger(cursor) || !Number.isInteger(cursor))
  return isExact ? { is: 'cursor', cursor: String(cursor) } : { is: 'broken' }
}

/**
 * What a body that came with status 200 must be taken for; undefined where it is no answer to the question.
 */
export function readAnswer(
  text: string,
  { route, lists }: Pick<Crawler, 'route' | 'lists'>,
): Expected | undefined {
  const { shape, paging } = routes[route]
  const envelope = parsed(text)
  const data = at(envelope, 'data')
  const code = at(envelope, 'code')
  if (!isTold(data) || (typeof code === 'number' && code >= 400) || fieldsOf(at(data, 'error')) !== undefined)
    return undefined
  const found = recordsIn(data, shape)
  if (found === undefined) return undefined
  const isUser = lists === 'user' || lists === null
  const records = found.records.map(record =>
    isUser ? userId(record, route === 'search_users') : postId(record),
  )
  const isOne = paging === 'single' && shape !== 'items'
  return { records, next: isOne || Array.isArray(data) ? { is: 'end' } : nextOf(data, found.holder ?? data) }
}

/** What a status means that an envelope names, by the contract's table of answers. */
function meaningsOf(status: number): readonly string[] {
  if (status === 400) return ['bad-request', 'asked-to-retry', 'dead-cursor']
  if (status === 401) return ['key-refused']
  if (status === 402) return ['balance-empty']
  if (status === 403)
    return ['private', 'forbidden', 'key-forbidden', 'quota-spent', 'balance-empty', 'blocked']
  if (status === 404 || status === 410) return ['gone']
  if (status === 429) return ['rate-limited']
  return status >= 500 || status === 408 || status === 425 ? ['server-error'] : ['bad-request']
}

/**
 * The ways in which a body that is no page may be refused: as what the failure means that its envelope names by
 * a number, and else as malformed.
 */
export function refusalsOf(text: string): readonly string[] {
  const envelope = parsed(text)
  const named = [at(envelope, 'data', 'error', 'code'), at(envelope, 'error', 'code'), at(envelope, 'code')]
  const status = named.find(code => typeof code === 'number' && code >= 400 && Number.isFinite(code))
  return typeof status === 'number' && status < 600 ? meaningsOf(Math.trunc(status)) : ['malformed-answer']
}

/** A byte order mark says nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch {
    return undefined
  }
}
