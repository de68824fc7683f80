import { errorText, failureIn, type Failure } from './failures.js'
import { isObject, typeName, type Drift } from './payloads.js'
import type { Shape } from './routes.js'

/** A payload taken apart: the records as served (unread), and what it says of the next page. */
export interface Page {
  readonly items: readonly unknown[]
  /** The cursor of the next page; null where the payload names none. */
  readonly next: string | null
  /** What the payload says itself; undefined where it says nothing, or nothing that can be read. */
  readonly hasMore: boolean | undefined
  /** What the payload says of the page in a form that cannot be read. */
  readonly drift?: readonly Drift[] | undefined
  /** Why the next page cannot be asked for, where the payload names a cursor that cannot be sent. */
  readonly badCursor?: string | undefined
  /** The post, comment or profile that the payload shows beside its records (comment trees do). */
  readonly root: Record<string, unknown> | undefined
}

/** Why a 200 is not the answer that was asked for. */
export class UnreadableBody extends Error {
  /** @param failure what the envelope says of a failure, where it says so */
  constructor(
    message: string,
    readonly failure?: Failure,
  ) {
    super(message)
  }
}

/**
 * The page inside a body that came with status 200.
 * @throws UnreadableBody if it is not JSON, has no data, carries an error, or holds no records where the
 *   route keeps them
 */
export function openEnvelope(body: string, shape: Shape): Page {
  return openParsed(parseBody(body), shape)
}

/** The same for a body that has been parsed. @throws UnreadableBody likewise */
export function openParsed(envelope: Record<string, unknown>, shape: Shape): Page {
  const data = envelope['data']
  const failure = failureIn(envelope)
  if (failure !== undefined)
    throw new UnreadableBody(
      failure.message ??
        (failure.status === undefined ? 'the answer says that it is a failure' : `code ${failure.status}`),
      failure,
    )
  if (data === undefined || data === null)
    throw new UnreadableBody(errorText(envelope) ?? 'the answer has no data')
  if (isObject(data) && isObject(data['error']))
    throw new UnreadableBody(errorText(data) ?? 'the data is an error')
  return pageOf(data, shape)
}

function parseBody(body: string): Record<string, unknown> {
  if (body.trim() === '') throw new UnreadableBody('the body is empty')
  let parsed: unknown
  try {
    // JSON.parse takes a byte order mark for an error.
    parsed = JSON.parse(body.startsWith('\uFEFF') ? body.slice(1) : body)
  } catch {
    throw new UnreadableBody(
      looksLikeHtml(body) ? 'an HTML page instead of JSON' : 'the body is not JSON, or was cut off',
    )
  }
  if (!isObject(parsed)) throw new UnreadableBody(`the body is a ${typeName(parsed)}, not an object`)
  return parsed
}

function pageOf(data: unknown, shape: Shape): Page {
  if (shape === 'post' || shape === 'profile' || shape === 'task')
    return { items: [singleRecord(data, shape)], next: null, hasMore: false, root: undefined }
  if (Array.isArray(data)) return { items: data, next: null, hasMore: undefined, root: undefined }
  if (!isObject(data)) throw new UnreadableBody(`data is a ${typeName(data)}`)
  const holder = shape === 'children' ? childrenOf(data) : data
  const items = holder['items']
  if (items !== null && !Array.isArray(items))
    throw new UnreadableBody(`the list of records is ${typeName(items)}`)
  return {
    items: items ?? [],
    ...cursorOf(holder['cursor'] ?? data['cursor']),
    ...moreOf([holder['has_more'], data['has_more']]),
    root: shape === 'children' ? data : undefined,
  }
}

function childrenOf(data: Record<string, unknown>): Record<string, unknown> {
  const children = data['children']
  if (isObject(children)) return children
  if (Array.isArray(children)) return { items: children }
  if (children === null) return { items: [] }
  return data
}

const MORE: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 1, 'true', '1'].map((yes): [unknown, boolean] => [yes, true]),
  ...[false, 0, 'false', '0'].map((no): [unknown, boolean] => [no, false]),
])

/**
 * Whether there is more: gateways say so as a boolean, as 0 or 1, and as text; anything else says nothing,
 * and is noted.
 */
function moreOf(told: readonly unknown[]): Pick<Page, 'hasMore' | 'drift'> {
  const read = (value: unknown): boolean | undefined =>
    MORE.get(typeof value === 'string' ? value.trim().toLowerCase() : value)
  const odd = told.find(value => value !== undefined && value !== null && read(value) === undefined)
  const drift =
    odd === undefined ? undefined : [{ path: 'page.has_more', expected: 'a boolean', got: typeName(odd) }]
  return { hasMore: told.map(read).find(more => more !== undefined), drift }
}

/**
 * A wrapper (`{post, profile}`, `{profile}`), or the flat record itself; the reader of the record knows both.
 */
function singleRecord(data: unknown, shape: Shape): unknown {
  return shape === 'profile' && isObject(data) && isObject(data['profile']) ? data['profile'] : data
}

/**
 * A cursor is text; a number that is exact can be sent as one; anything else, and text that no URL can carry,
 * cannot.
 */
function cursorOf(cursor: unknown): Pick<Page, 'next' | 'badCursor'> {
  if (cursor === null || cursor === undefined || cursor === '') return { next: null }
  if (typeof cursor === 'number' && isExact(cursor)) return { next: String(cursor) }
  if (typeof cursor === 'string' && cursor.isWellFormed()) return { next: cursor }
  return {
    next: null,
    badCursor: `the next cursor is ${typeof cursor === 'string' ? 'no valid text' : `a ${typeName(cursor)}`}`,
  }
}

/** Integers beyond 2^53 were rounded when they were read: sent back, they would ask for another page. */
function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number))
}

export function looksLikeHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(body)
}
