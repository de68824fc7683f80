import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { loadCrawlers } from '../../../src/crawlers/index.js'
import type { Candidate } from '../../../src/db/index.js'
import { Bench } from '../../db/support/database.js'
import { generateWorld, TINY } from '../../support/world/generate.js'
import { SUBJECTS, type Form } from '../../support/world/model.js'
import { Answers, FORMS, GATEWAYS } from './answers.js'
import { damage, damaged, type Damage } from './bytes.js'
import { HostileDatabase, type Outcome } from './database.js'
import { writeJson } from './hostile.js'
import { mutate, mutation, type Mutation } from './mutations.js'
import { readAnswer, refusalsOf, type Expected } from './reading.js'
import { brokenTextIn, faultsIn } from './soundness.js'

/*
 * Answers that were changed on their way, each taken through all that a crawl does with one: meaning, rows,
 * the pass, one commit into a real database. FUZZ_RUNS=1000000 for a long campaign, FUZZ_SEED for another
 * one; a failure names its seed and its path.
 */

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100_000)
/** A file of tests for each form, so that they run beside each other. */
const RUNS_EACH = Math.ceil(RUNS / FORMS.length)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_501)
/** Databases grow, and what is looked at in whole must stay small. */
const PAGES_PER_DATABASE = 5_000
/** Far beyond what a page takes on a busy machine: nothing may hang. */
const LONGEST_MS = 10_000

const crawlers = (await loadCrawlers()).filter(({ route }) => route in SUBJECTS)
const world = generateWorld(11, TINY)
const answers = new Answers(world)

interface Case {
  readonly crawler: number
  readonly stream: number
  readonly gateway: number
  readonly mutations: readonly Mutation[]
  readonly damage: Damage | null
}

const cases: fc.Arbitrary<Case> = fc.record({
  crawler: fc.nat(crawlers.length - 1),
  stream: fc.nat(3),
  gateway: fc.nat(1),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 5 }),
  damage: fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage }),
})

function bodyOf(form: Form, told: Case, stream: Candidate, db: HostileDatabase): Buffer {
  const document = answers.first(form, GATEWAYS[told.gateway] ?? 'tikhub', db.crawler(stream.stream), stream)
  for (const one of told.mutations) mutate(document, one)
  const bytes = Buffer.from(writeJson(document))
  return told.damage === null ? bytes : damaged(bytes, told.damage)
}

const clean = {
  object: ownNames(Object.prototype),
  array: ownNames(Array.prototype),
  string: ownNames(String.prototype),
}

function ownNames(prototype: object): string {
  return Object.getOwnPropertyNames(prototype).join()
}

class Tally {
  pages = 0
  records = 0
  rows = 0
  rejects = 0
  refused = 0
  slowestMs = 0
}

const tally = new Tally()

/** Records in = rows + rejects, in the page's rows and in the database. */
function checkRecords(
  db: HostileDatabase,
  stream: Candidate,
  { records }: Expected,
  outcome: Extract<Outcome, { kind: 'stored' }>,
  aside: readonly string[],
): void {
  const { lists } = db.crawler(stream.stream)
  const { rows, page } = outcome
  const unreadable = records.filter(id => id === undefined).length
  if (page.items.length !== records.length)
    throw new Error(`${records.length} records served, ${page.items.length} read`)
  if (rows.rejects.length !== unreadable || aside.length !== unreadable)
    throw new Error(
      `${unreadable} records have no id, ${rows.rejects.length} are rejects, ${aside.length} of them stored`,
    )
  for (const raw of aside) JSON.parse(raw)
  const listed = rows.listed.map(item => item?.id)
  if (lists !== null && JSON.stringify(listed) !== JSON.stringify(records))
    throw new Error(`listed ${JSON.stringify(listed)} of ${JSON.stringify(records)}`)
  const kind = lists === null ? 'user' : lists === 'reply' ? 'comment' : lists
  for (const id of records)
    if (id !== undefined && !db.holds(kind, id)) throw new Error(`no row for ${kind} ${id}`)
  tally.records += records.length
  tally.rejects += unreadable
  tally.rows += records.length - unreadable
}

/** How the pass stands must follow from what the page says, and be what is stored. */
function checkPass(
  { next }: Expected,
  { step, wasUsed, page }: Extract<Outcome, { kind: 'stored' }>,
  passState: string,
  cursor: string | null,
): void {
  if (step.state !== passState) throw new Error(`the pass is ${step.state}, the checkpoint says ${passState}`)
  if (cursor !== ('cursor' in step ? step.cursor : null))
    throw new Error(`the cursor stored is ${JSON.stringify(cursor)}`)
  if (step.state === 'open' && (next.is !== 'cursor' || next.cursor !== step.cursor || wasUsed))
    throw new Error(`the pass goes on at ${JSON.stringify(step)} where the page says ${JSON.stringify(next)}`)
  if (next.is === 'end' && step.state !== 'completed')
    throw new Error(`the listing has ended, the pass is ${step.state}`)
  if (next.is === 'broken' && step.state !== 'failed')
    throw new Error(`there is no way on, the pass is ${step.state}`)
  if (step.state === 'failed' && next.is === 'cursor' && !wasUsed && page.items.length > 0)
    throw new Error(`failed without a reason: ${step.reason}`)
}

async function check(form: Form, db: HostileDatabase, told: Case): Promise<void> {
  const crawler = crawlers[told.crawler] ?? crawlers[0]
  const streams = db.streams.get(crawler?.name ?? '') ?? []
  const stream = streams[told.stream % streams.length]
  if (crawler === undefined || stream === undefined)
    throw new Error(`the crawler ${crawler?.name} has nothing to read`)
  const body = bodyOf(form, told, stream, db)
  const started = performance.now()
  const outcome = await db.take(stream, body)
  const ms = performance.now() - started
  const expected = readAnswer(body.toString('utf8'), crawler)
  const seen = db.seen(outcome.requestId, stream, body)
  tally.pages += 1
  tally.slowestMs = Math.max(tally.slowestMs, ms)
  if (ms > LONGEST_MS) throw new Error(`it took ${ms} ms`)
  if (seen.state !== 'answered' || !seen.isKept) throw new Error('the answer is not stored as it came')
  for (const key in {}) throw new Error(`the prototype of objects has got a ${key}`)
  if (outcome.kind === 'refused') {
    tally.refused += 1
    const refusals = refusalsOf(body.toString('utf8'))
    if (expected !== undefined || !refusals.includes(outcome.code) || seen.rejects.length > 0)
      throw new Error(`refused as ${outcome.code}, and read as ${JSON.stringify(expected)}`)
    return
  }
  if (expected === undefined) throw new Error('taken for a page, which it is not')
  checkRecords(db, stream, expected, outcome, seen.rejects)
  checkPass(expected, outcome, seen.passState, seen.cursor)
}

/** The tests of one form. */
export function hostilePages(form: Form): void {
  describe(`a page in the ${form} form that was changed on its way`, () => {
    let bench: Bench
    beforeAll(() => {
      bench = new Bench()
    })
    afterAll(() => bench.end())

    it(
      'crashes nothing and loses nothing: its records are rows or rejects, and the file stays whole',
      { timeout: 36_000_000 },
      async () => {
        for (let batch = 0; batch * PAGES_PER_DATABASE < RUNS_EACH; batch += 1) {
          const db = await HostileDatabase.make(bench, `batch-${batch}.db`, world, crawlers)
          expect([...db.streams.keys()].toSorted()).toEqual(crawlers.map(({ name }) => name))
          await fc.assert(
            fc.asyncProperty(cases, told => check(form, db, told)),
            {
              seed: SEED + batch + FORMS.indexOf(form) * 1_000_000,
              numRuns: Math.min(PAGES_PER_DATABASE, RUNS_EACH - batch * PAGES_PER_DATABASE),
            },
          )
          expect(faultsIn(db.connection)).toEqual([])
          expect(brokenTextIn(db.connection)).toEqual([])
          await db.close()
        }
        expect({
          object: ownNames(Object.prototype),
          array: ownNames(Array.prototype),
          string: ownNames(String.prototype),
        }).toEqual(clean)
        expect(tally.records).toBe(tally.rows + tally.rejects)
        console.info(
          `${tally.pages} pages in the ${form} form, ${tally.records} records = ${tally.rows} ` +
            `rows + ${tally.rejects} rejects; ${tally.refused} answers were no page; the slowest ` +
            `took ${Math.round(tally.slowestMs)} ms`,
        )
      },
    )
  })
}
