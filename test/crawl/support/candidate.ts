/** Candidates, pages and refusals that tell only what a test is about. */
import type { Page, RefusalReply } from '../../../src/api/index.js'
import type { Candidate, Checkpoint, Counters, Subject, SubjectKind } from '../../../src/db/index.js'
import type { ErrorCode } from '../../../src/errors.js'

export const NOTHING_TOLD: Counters = {
  reply_count: null,
  recursive_reply_count: null,
  remix_count: null,
  follower_count: null,
  following_count: null,
}

export const subject = (kind: SubjectKind, id = 'x'): Subject => ({ kind, id, parentId: null })

export function checkpoint(told: Partial<Checkpoint> = {}): Checkpoint {
  return {
    pass: 1,
    passState: 'open',
    cursor: null,
    pages: 0,
    items: 0,
    emptyPages: 0,
    repeatedPages: 0,
    barrenPages: 0,
    diedAtPage: null,
    full: false,
    knownFromPage: null,
    readCounters: null,
    completedAt: null,
    ...told,
  }
}

export function candidate(
  told: Partial<Omit<Candidate, 'checkpoint'>> & { checkpoint?: Partial<Checkpoint> } = {},
): Candidate {
  return {
    runId: 1,
    streamId: 1,
    stream: 'posts',
    subject: subject('user'),
    depth: 0,
    maxPages: null,
    attempts: 0,
    round: 0,
    alreadyRead: false,
    counters: NOTHING_TOLD,
    full: false,
    ...told,
    checkpoint: checkpoint(told.checkpoint),
  }
}

export function page(told: Partial<Page> = {}): Page {
  return { items: [{}], next: 'next', hasMore: undefined, root: undefined, ...told }
}

export function refusal(code: ErrorCode, told: Partial<RefusalReply> = {}): RefusalReply {
  return {
    kind: 'refusal',
    code,
    message: 'no',
    status: 500,
    cost: 0,
    waitMs: undefined,
    kept: undefined,
    fingerprint: undefined,
    fate: 'answered',
    timedOut: false,
    noAnswer: false,
    ...told,
  }
}
