import { isNobody, isObject, readId, type Page } from '../api/index.js'
import type { Subject, SubjectKind } from '../db/index.js'

/**
 * How the records of a listing tell whose they are. Each returns undefined where nothing is told: such a
 * record speaks against nobody.
 */
export interface Ownership {
  /** The entity that a record says it belongs to. */
  readonly ofRecord: (record: unknown, subject: Subject) => string | undefined
  /** The entity that the payload shows beside its records, if it shows it as the one whose listing it is. */
  readonly ofRoot?: (root: Record<string, unknown>, subject: Subject) => string | undefined
}

/**
 * Whether a page answers another question: it says whose it is (its root does, or each of its records), and
 * nothing in it names the subject. A record that names the subject anywhere (a repost, an appearance, a reply
 * further down) is no sign of that. Of a single answer the owner alone counts, since another entity may well
 * name the subject.
 */
export function isAboutAnother(
  { items, root }: Page,
  subject: Subject,
  { ofRecord, ofRoot }: Ownership,
  isSingle: boolean,
): boolean {
  const shown = root === undefined ? undefined : ofRoot?.(root, subject)
  if (shown !== undefined && names(root, subject.id)) return false
  if (items.length === 0) return shown !== undefined
  return items.every(record => {
    const owner = ofRecord(record, subject)
    if (owner === undefined) return shown !== undefined && !names(record, subject.id)
    return !isSameId(owner, subject.id) && (isSingle || !names(record, subject.id))
  })
}

/** Why a page that is about another is no answer. */
export function aboutAnother({ kind }: Subject): string {
  return `the answer is about another ${NOUNS[kind] ?? 'entity'} than the one asked for`
}

const NOUNS: Partial<Record<SubjectKind, string>> = {
  user: 'user',
  post: 'post',
  link: 'post',
  comment: 'comment',
}

/** The post or comment inside a record, which may be wrapped. A deleted one says nothing of itself. */
export function postIn(record: unknown): Record<string, unknown> | undefined {
  const post = isObject(record) && isObject(record['post']) ? record['post'] : record
  return isObject(post) && (post['tombstoned_at'] ?? null) === null ? post : undefined
}

/** The user that a profile is of; a placeholder is nobody's. */
export function userIn(profile: unknown): string | undefined {
  const id = isObject(profile) ? readId(profile['user_id']) : undefined
  return id === undefined || isNobody(id) ? undefined : id
}

/** The author that a post tells; a placeholder is nobody. */
export function authorIn(record: unknown): string | undefined {
  const post = postIn(record)
  if (post === undefined || !isObject(record)) return undefined
  const profile = (post === record ? undefined : record['profile']) ?? post['profile']
  const author =
    readId(post['shared_by']) ??
    readId(post['posted_by']) ??
    (isObject(profile) ? readId(profile['user_id']) : undefined)
  return author === undefined || isNobody(author) ? undefined : author
}

/** Ids of posts come with and without their prefix. */
export function isSameId(one: string, other: string): boolean {
  return bare(one) === bare(other)
}

function bare(id: string): string {
  return id.startsWith('s_') ? id.slice(2) : id
}

/** Payloads are not nested deeper than this; where one is, nobody can tell. */
const DEEPEST = 20

function names(value: unknown, id: string, depth = 0): boolean {
  if (typeof value === 'string') return isSameId(value, id)
  if (typeof value !== 'object' || value === null) return false
  return depth > DEEPEST || Object.values(value).some(inner => names(inner, id, depth + 1))
}
