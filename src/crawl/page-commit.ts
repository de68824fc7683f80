import { createHash } from 'node:crypto'
import type { PageReply, RefusalReply } from '../api/index.js'
import {
  type Candidate,
  type CrawlStore,
  type Lease,
  type ListedItem,
  type PageCommit,
  type PageRows,
  type Subject,
} from '../db/index.js'
import { aboutAnother } from './about.js'
import type { Crawler } from './contract.js'
import { advance, auditOf, reachOf, type Reach, type RunRules } from './pass.js'

/** Where a page is read. */
export interface PagePlace {
  readonly store: Pick<CrawlStore, 'known' | 'brings' | 'cursorWasUsed'>
  readonly rules: RunRules
  readonly programVersion: string
}

/**
 * A page about another entity than the one asked for, as the refusal that it is: retried, and equal to the
 * next one if that holds the same, whatever envelope is around it.
 */
export function strayAnswer({ status, cost, kept, page }: PageReply, subject: Subject): RefusalReply {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([page.root, page.items]))
    .digest('base64')
  return {
    kind: 'refusal',
    code: 'stray-answer',
    message: aboutAnother(subject),
    status,
    cost,
    waitMs: undefined,
    kept,
    fingerprint,
    fate: 'answered',
    timedOut: false,
    noAnswer: false,
  }
}

/**
 * What is committed of a page: its rows, and how its pass stands after it. Changes nothing. @throws whatever
 * reading its records throws
 */
export async function pageCommitOf(
  lease: Lease,
  crawler: Crawler,
  { page, status, cost, kept }: PageReply,
  { store, rules, programVersion }: PagePlace,
): Promise<PageCommit> {
  const { candidate } = lease
  const rows = crawler.interpret(page, candidate.subject)
  const items = rows.listed.filter(item => item !== undefined)
  const reach =
    crawler.order === 'newest-first'
      ? await reachIn(items, { candidate, crawler, rows }, { store, rules })
      : undefined
  const brings = await store.brings(candidate, items)
  const cursorWasUsed = page.next !== null && (await store.cursorWasUsed(candidate.streamId, page.next))
  return {
    lease,
    settlement: { state: 'answered', status, cost, error: null },
    body: kept,
    served: page.items.length,
    rows,
    brings,
    step: advance(page, candidate, { order: crawler.order, reach, brings, cursorWasUsed }),
    ranks: crawler.ranks,
    audit: auditOf(reach, candidate),
    programVersion,
  }
}

/** Early stop is for listings that grow at their head. */
async function reachIn(
  items: readonly ListedItem[],
  of: { candidate: Candidate; crawler: Crawler; rows: PageRows },
  { store, rules }: Pick<PagePlace, 'store' | 'rules'>,
): Promise<Reach> {
  const known = await store.known(of.candidate, items)
  const youngerThan =
    of.crawler.recheck && rules.recheckMs !== null
      ? new Date(Date.now() - rules.recheckMs).toISOString()
      : null
  return reachOf(of.rows, known, youngerThan)
}
