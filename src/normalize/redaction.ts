import { isObject, readId } from '../api/index.js'
import type { Forgotten } from './forgotten.js'

/**
 * What stands for a forgotten person's record in a stored answer: where it stood, so that the others keep
 * their places.
 */
const MARK = 'sora-crawl:forgotten'
/** As `data` it is an empty page of any shape. */
const TOMBSTONE = { [MARK]: true, items: [], cursor: null }
/** What stands for an id or a name in a text. */
export const FORGOTTEN = '[forgotten]'
/** Nothing in this API is nested deeper; below it nobody can be found, so nothing is kept. */
const MAX_NESTING = 100

const CUT = Symbol('cut')

/**
 * Whether a record is what was left of a forgotten person's: it lists nothing, and nothing is wrong with it.
 */
export function isTombstone(record: unknown): boolean {
  return isObject(record) && record[MARK] === true
}

/**
 * The body of an answer without forgotten people: their records are cut out (profiles, posts with all that
 * hangs on them, comments with their replies), and references to them in what others have written are
 * replaced.
 * @returns the same string where nobody was met
 */
export function redactBody(body: string, forgotten: Forgotten): string {
  const parsed = parse(body)
  if (parsed === undefined) return redactText(body, forgotten) === body ? body : JSON.stringify(FORGOTTEN)
  const { left, changed } = redactValue(parsed, forgotten)
  if (!changed) return body
  return JSON.stringify(left === CUT ? { data: TOMBSTONE } : left)
}

/**
 * The same for one record that was set aside.
 * @returns undefined where the record is a forgotten person's
 */
export function redactRecord(json: string, forgotten: Forgotten): string | undefined {
  const parsed = parse(json)
  if (parsed === undefined) return redactText(json, forgotten)
  const { left, changed } = redactValue(parsed, forgotten)
  if (left === CUT) return undefined
  return changed ? JSON.stringify(left) : json
}

/** Twice where it tells of a handle or post that nobody knew: it may be mentioned above. */
function redactValue(value: unknown, forgotten: Forgotten): { left: unknown; changed: boolean } {
  const first = new Redactor(forgotten)
  const left = first.value(value, 0)
  if (!first.learnt) return { left, changed: first.changed }
  return { left: new Redactor(forgotten).value(value, 0), changed: true }
}

/**
 * A text in which forgotten ids and names, as whole words, are replaced. @returns the same string where there
 * are none
 */
export function redactText(text: string, forgotten: Forgotten): string {
  // What follows in an address is signatures: no names, and too many words to look up.
  const [path = '', query = ''] = /^https?:\/\//i.test(text) ? cutAt(text, text.search(/[?#]/)) : [text, '']
  const left = path.replace(WORD, (word, at: number) => redactWord(word, isMention(path, at), forgotten))
  return left + query.replace(INNER_ID, id => (forgotten.isId(id) ? FORGOTTEN : id))
}

/** Whether a cursor names a forgotten person or post, in plain or under its base64. */
export function cursorMentions(cursor: string, forgotten: Forgotten): boolean {
  const decoded = decodeBase64(cursor)
  return (
    redactText(cursor, forgotten) !== cursor ||
    (decoded !== undefined && redactText(decoded, forgotten) !== decoded)
  )
}

const WORD = /[\p{L}\p{M}\p{N}_.-]+/gu
const INNER_ID = /(?:user-|ch_|s_)\w+/g

function redactWord(word: string, isMentioned: boolean, forgotten: Forgotten): string {
  // A full stop belongs to the sentence, unless it is inside the name.
  const core = word.replace(/^[.-]+|[.-]+$/g, '')
  if (core === '') return word
  if (forgotten.isId(core) || forgotten.isName(core, isMentioned)) return word.replace(core, FORGOTTEN)
  return word.replace(INNER_ID, id => (forgotten.isId(id) ? FORGOTTEN : id))
}

/** After `@`, or in the address of a profile, a name means the person in any spelling. */
function isMention(text: string, at: number): boolean {
  return text[at - 1] === '@' || text.slice(Math.max(0, at - 9), at).toLowerCase() === '/profile/'
}

function cutAt(text: string, at: number): [string, string] {
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

function decodeBase64(text: string): string | undefined {
  try {
    return /^[\w+/-]{8,}=*$/.test(text) ? atob(text.replaceAll('-', '+').replaceAll('_', '/')) : undefined
  } catch {
    return undefined
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

class Redactor {
  changed = false
  /** Whether an id or a handle was met that was not known. */
  learnt = false

  constructor(private readonly forgotten: Forgotten) {}

  /** The value without forgotten people; `CUT` where it is one's own. */
  value(value: unknown, nesting: number, key = '', inThread = false): unknown {
    if (typeof value === 'string') return this.#text(value, key)
    if (typeof value !== 'object' || value === null) return value
    if (nesting > MAX_NESTING) return this.#cut(null)
    if (Array.isArray(value)) return this.#list(value, nesting, key, inThread)
    const record = value as Record<string, unknown>
    return this.#isTheirs(record, inThread) ? this.#cut(CUT) : this.#record(record, nesting, inThread)
  }

  #text(text: string, key: string): unknown {
    if (this.forgotten.isId(text)) return this.#cut(CUT)
    const isCursor = key === 'cursor' && cursorMentions(text, this.forgotten)
    const left = isCursor ? FORGOTTEN : redactText(text, this.forgotten)
    return left === text ? text : this.#cut(left)
  }

  /** In the list of a page a record leaves its place behind; in others nothing. */
  #list(list: readonly unknown[], nesting: number, key: string, inThread: boolean): unknown[] {
    const isPage = key === 'items' || key === 'data' || key === 'children'
    return list.flatMap(entry => {
      const left = this.value(entry, nesting + 1, key, inThread)
      return left !== CUT ? [left] : isPage ? [{ [MARK]: true }] : []
    })
  }

  #record(record: Record<string, unknown>, nesting: number, inThread: boolean): Record<string, unknown> {
    const isSomebody = readId(record['user_id']) !== undefined
    const left: [string, unknown][] = []
    for (const [key, value] of Object.entries(record)) {
      if (this.forgotten.isId(key)) {
        this.changed = true
        continue
      }
      // A name can pass from one person to another: this is the other one's.
      const kept =
        isSomebody && key === 'username'
          ? value
          : this.value(value, nesting + 1, key, inThread || key === 'children')
      left.push([key, kept === CUT ? (key === 'data' ? TOMBSTONE : null) : kept])
    }
    return Object.fromEntries(left)
  }

  #isTheirs(record: Record<string, unknown>, inThread: boolean): boolean {
    const post = isObject(record['post']) ? record['post'] : record
    const profile = isObject(record['profile']) ? record['profile'] : post['profile']
    const isBareProfile =
      isObject(profile) &&
      record['post'] === undefined &&
      record['id'] === undefined &&
      this.#isProfile(profile)
    return (
      this.#isProfile(record) ||
      isBareProfile ||
      this.#isPost(post, profile) ||
      (inThread && this.#hangsOnTheirs(post))
    )
  }

  #isProfile(record: Record<string, unknown>): boolean {
    const { user_id, username, token } = record
    if (typeof user_id === 'string') return this.forgotten.isId(user_id) && this.#remember('name', username)
    const mentioned = typeof token === 'string' ? /^<@(.+)>$/.exec(token)?.[1] : undefined
    if (mentioned !== undefined) return this.forgotten.isId(mentioned)
    return typeof username === 'string' && record['id'] === undefined && this.forgotten.isName(username, true)
  }

  /** A post or comment by a forgotten person, or one that hung on such a post when it was removed. */
  #isPost(post: Record<string, unknown>, profile: unknown): boolean {
    if (typeof post['id'] !== 'string') return false
    if (this.forgotten.isId(post['id'])) return true
    const author =
      readId(post['shared_by']) ??
      readId(post['posted_by']) ??
      (isObject(profile) ? readId(profile['user_id']) : undefined)
    return author !== undefined && this.forgotten.isId(author) && this.#remember('item', post['id'])
  }

  #hangsOnTheirs({ id, parent_post_id, root_post_id }: Record<string, unknown>): boolean {
    const isGone = (one: unknown): boolean => typeof one === 'string' && this.forgotten.isId(one)
    return (
      typeof id === 'string' && (isGone(parent_post_id) || isGone(root_post_id)) && this.#remember('item', id)
    )
  }

  #remember(kind: 'item' | 'name', text: unknown): true {
    if (
      typeof text !== 'string' ||
      text === '' ||
      (kind === 'item' ? this.forgotten.isId(text) : this.forgotten.isName(text, false))
    )
      return true
    this.forgotten.remember(kind, text)
    this.learnt = true
    return true
  }

  #cut<T>(left: T): T {
    this.changed = true
    return left
  }
}
