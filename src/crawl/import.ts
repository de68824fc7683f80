import { createHash } from 'node:crypto'
import { keepText, openEnvelope, openParsed, UnreadableBody, type Page } from '../api/index.js'
import type { ForgottenPeople, Importer, PageRows, Subject } from '../db/index.js'
import { messageOf } from '../errors.js'
import { redactBody } from '../normalize/index.js'
import { aboutAnother } from './about.js'
import { shapeOf } from './foreign.js'
import type { ForeignAnswer } from './foreign-answer.js'

export interface ImportParts {
  readonly importer: Importer
  readonly programVersion: string
  /** When answers came that do not tell it, in Unix milliseconds. */
  readonly fallbackAt: number
}

export type ImportOutcome =
  | { readonly as: 'imported'; readonly rows: number; readonly rejected: number }
  | { readonly as: 'known' }
  | { readonly as: 'forgotten' }
  | { readonly as: 'unreadable'; readonly problem: string }

/**
 * Takes one answer in, through the same reading as a crawl's, unless it was imported before or is no page.
 */
export function importAnswer(
  served: ForeignAnswer,
  { importer, programVersion, fallbackAt }: ImportParts,
): ImportOutcome {
  const { forgotten } = importer
  if (forgotten !== null && isTheirs(served, forgotten)) return { as: 'forgotten' }
  const bytes = Buffer.from(served.body)
  const hash = hashOf(served, bytes)
  // A cursor can carry the id of the last record served.
  const answer =
    forgotten === null
      ? served
      : { ...served, body: redactBody(served.body, forgotten), envelope: undefined, cursor: null }
  const { crawler, route, cursor, body } = answer
  if (importer.has(hash)) return { as: 'known' }
  const page = open(answer)
  if ('problem' in page) return { as: 'unreadable', problem: page.problem }
  const told = interpret(answer, page, importer)
  if ('problem' in told) return { as: 'unreadable', problem: told.problem }
  // A time in the future would go before everything that is yet to come.
  const at = new Date(Math.min(answer.at ?? fallbackAt, Date.now())).toISOString()
  const { inserted, updated, unchanged, rejected } = importer.add(
    {
      hash,
      stream: crawler.name,
      subject: told.subject,
      route,
      cursor,
      at,
      body: keepText(body === served.body ? bytes : body),
      programVersion,
    },
    told.rows,
  )
  return { as: 'imported', rows: inserted + updated + unchanged, rejected }
}

function isTheirs({ subject: { kind, id, parentId } }: ForeignAnswer, forgotten: ForgottenPeople): boolean {
  if (kind === 'query' || kind === 'handle') return forgotten.isName(id, true)
  return forgotten.isId(id) || (parentId !== null && forgotten.isId(parentId))
}

function open({ body, envelope, route }: ForeignAnswer): Page | { problem: string } {
  try {
    return envelope === undefined ? openEnvelope(body, shapeOf(route)) : openParsed(envelope, shapeOf(route))
  } catch (error) {
    if (error instanceof UnreadableBody) return { problem: `it is no page of ${route}: ${error.message}` }
    throw error
  }
}

/**
 * Replies belong to the post of their comment, which may be told by the answer, by what is stored, or by the
 * replies themselves.
 */
function interpret(
  { crawler, subject }: ForeignAnswer,
  page: Page,
  importer: Importer,
): { subject: Subject; rows: PageRows } | { problem: string } {
  try {
    const known =
      subject.kind === 'comment'
        ? { ...subject, parentId: importer.parentOf(crawler.name, subject) }
        : subject
    if (crawler.isAboutAnother(page, known)) return { problem: aboutAnother(known) }
    const rows = crawler.interpret(page, known)
    const parentId =
      known.kind === 'comment' && known.parentId === null
        ? [...rows.comments.values()].find(({ post_id }) => typeof post_id === 'string')?.post_id
        : undefined
    if (typeof parentId !== 'string' || importer.hasStream(crawler.name, subject.id))
      return { subject: known, rows }
    const found = { ...known, parentId }
    return { subject: found, rows: crawler.interpret(page, found) }
  } catch (error) {
    return { problem: `it cannot be read: ${messageOf(error)}` }
  }
}

/** The time counts only where the answer tells it: that of a file is another after each copy. */
function hashOf({ route, subject, cursor, at }: ForeignAnswer, body: Buffer): string {
  return createHash('sha256')
    .update(JSON.stringify([route, subject.id, cursor, at]))
    .update(body)
    .digest('base64')
}
