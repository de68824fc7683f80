import { describe, expect } from 'vitest'

import { differences } from '../support/world/compare.js'
import { expectedOf } from '../support/world/oracle.js'
import type { Override, Seen } from '../support/world/server.js'
import { harmless, LIMITS, passing, type Fault } from './support/faults.js'
import { test, type Lab } from './support/invocation.js'
import {
  moments,
  PAGE_SIZE,
  pageOf,
  targets,
  threePages,
  type Moment,
  type Target,
} from './support/listings.js'

/** Meets the fault once, at the nth page of a listing. */
function at(
  page: number,
  { route, subject }: Target,
  fault: Fault,
): { override: Override; met: () => Seen | undefined } {
  const cursors = new Set<string>()
  let met: Seen | undefined
  const override: Override = (seen, usual) => {
    if (seen.route !== route || seen.subject !== subject) return undefined
    cursors.add(seen.cursor)
    if (met !== undefined || cursors.size !== page) return undefined
    met = seen
    return fault.answer(usual)
  }
  return { override, met: () => met }
}

/** What is wrong with a cell of the matrix; nothing, if all is as it must be. */
async function tried(lab: Lab, fault: Fault, target: Target, moment: Moment): Promise<string[]> {
  const world = threePages()
  const page = pageOf(world, target, moment)
  if (page === undefined) return []
  const { override, met } = at(page, target, fault)
  const server = await lab.serve({ world, pageSize: PAGE_SIZE, override })
  const expected = expectedOf({ world, form: server.form, pageSize: PAGE_SIZE }, target.seeds, {
    collect: target.collect,
  })
  const file = lab.database()
  const { outcome } = await lab.crawl(server, file, target, {
    ...LIMITS,
    timeoutMs: fault.timeoutMs ?? 60_000,
  })
  const metAt = met()
  const again = server.seen.find(
    ({ n, route, cursor }) => n > (metAt?.n ?? 0) && route === metAt?.route && cursor === metAt.cursor,
  )
  const found = lab.look(file, db => ({
    rows: differences(db, expected.tables),
    request: db
      .prepare('SELECT state, status, cost_microusd AS cost FROM requests WHERE id = ?')
      .get(metAt?.n ?? 0),
    requests: db.prepare('SELECT count(*) FROM requests').pluck().get(),
    states: db.prepare("SELECT DISTINCT state FROM frontier WHERE state <> 'gated'").pluck().all(),
    pages: db.prepare('SELECT count(*) FROM pages').pluck().get(),
  }))
  const wanted = {
    rows: [],
    request: fault.settled ?? { state: 'answered', status: 200, cost: 50_000 },
    requests: expected.requests + (fault.settled === null ? 0 : 1),
    states: ['complete'],
    pages: expected.requests,
  }
  const label = `${target.route}, ${moment}`
  const wrong =
    JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`${label}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`]
  if (outcome.exitCode !== 0) wrong.push(`${label}: exit ${outcome.exitCode}`)
  if (server.seen.length !== wanted.requests)
    wrong.push(`${label}: ${server.seen.length} requests instead of ${wanted.requests}`)
  if (again !== undefined && again.at - (metAt?.at ?? 0) < (fault.waitMs ?? 0) - 20)
    wrong.push(`${label}: asked again after ${again.at - (metAt?.at ?? 0)} ms`)
  return wrong
}

/**
 * Three of the twelve routes for each fault (one for each status), others for the next; all of them with
 * FAULTS=all.
 */
function targetsOf(fault: Fault): readonly Target[] {
  const turn = [...passing, ...harmless].indexOf(fault)
  const turns = fault.isOneOfMany === true ? targets.length : 4
  return process.env['FAULTS'] === 'all'
    ? targets
    : targets.filter((_, index) => index % turns === turn % turns)
}

describe.concurrent(
  'once, at the first, a later and the last page: every row arrives, for one more request',
  () => {
    test.for(passing.map(fault => [fault.name, fault] as const))(
      '%s',
      { timeout: 120_000 },
      async ([, fault], { lab }) => {
        const cells = targetsOf(fault).flatMap(target =>
          moments.map(moment => tried(lab, fault, target, moment)),
        )
        expect((await Promise.all(cells)).flat()).toEqual([])
      },
    )
  },
)

describe.concurrent('no fault at all: every row arrives, and nothing is asked twice', () => {
  test.for(harmless.map(fault => [fault.name, fault] as const))(
    '%s',
    { timeout: 120_000 },
    async ([, fault], { lab }) => {
      const cells = targetsOf(fault).flatMap(target =>
        moments.map(moment => tried(lab, fault, target, moment)),
      )
      expect((await Promise.all(cells)).flat()).toEqual([])
    },
  )
})
