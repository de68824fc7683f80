/** Crawls that are killed at failpoints until they are through, and the question what that has cost. */
import { pathToFileURL } from 'node:url'
import path from 'node:path'

import { expect } from 'vitest'

import type { Failpoint } from '../../../src/failpoint.js'
import type { Bench, Result } from '../../support/run.js'
import { generateWorld, TINY } from '../../support/world/generate.js'
import type { World } from '../../support/world/model.js'
import type { Override, WorldServer } from '../../support/world/server.js'
import type { JsonObject } from '../../support/world/wire.js'
import { contentsOf, ledgerOf, soundnessOf, unlike, type Compared } from './contents.js'

const ARM = pathToFileURL(path.join(import.meta.dirname, 'arm.mjs')).href

/** What one process dies of: at the nth time that it passes a point, at once or some microseconds later. */
export interface Death {
  readonly point: Failpoint | 'any'
  readonly hit: number
  readonly how: 'kill' | `late-${number}`
  /**
   * The process is asked to stop after so many requests: then it closes the run and the file, where it can
   * die too.
   */
  readonly cap?: number
}

export const textOf = ({ point, hit, how, cap }: Death): string =>
  `${point}:${hit}:${how}${cap === undefined ? '' : ` of ${cap} requests`}`

/**
 * The environment that arms a process; a log of eight pages is copied into the file at almost every commit.
 */
export function armed(plan: string, more: Record<string, string> = {}): Record<string, string> {
  return { NODE_OPTIONS: `--import ${ARM}`, FAILPOINTS: plan, FAILPOINT_LOG_PAGES: '8', ...more }
}

export const SEEDS = ['feed', 'leaderboard', 'search:sam']
export const FLAGS = ['--collect', 'all', '--depth', '1']

/**
 * A world of some 110 requests in which everything occurs: broken records, private people, and failures that
 * pass.
 */
export function crashWorld(seed: number): World {
  return generateWorld(seed, { ...TINY, users: 7, posts: 10, privateUsers: 1 })
}

/** Spoils a record of each first page of a list, and fails twice on each first page of followers. */
export function hostility(): Override {
  const failures = new Map<string, number>()
  return ({ route, subject, cursor }, usual) => {
    if (usual.status !== 200 || cursor !== '') return undefined
    if (route === 'get_user_followers') {
      const failed = failures.get(subject) ?? 0
      failures.set(subject, failed + 1)
      if (failed < 1) return { status: 503, message: 'Service Unavailable' }
    }
    if (route !== 'get_feed' && route !== 'get_user_posts') return undefined
    const data = structuredClone(usual.data) as JsonObject
    return {
      ...usual,
      data: {
        ...data,
        items: [...(data['items'] as []), { post: { text: `no id, on ${route} of ${subject}` } }],
      },
    }
  }
}

/** What an uninterrupted crawl of the same world leaves. */
export async function calmCrawl(
  bench: Bench,
  world: World,
  flags: readonly string[],
): Promise<Record<Compared, string[]>> {
  const server = await bench.serve({ world, override: hostility() })
  const db = bench.file('calm.db')
  const result = await bench.crawl(server, [...SEEDS, ...flags, '--db', db])
  expect({ code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
    code: 0,
    stderr: '',
  })
  return contentsOf(bench.open(db))
}

export interface Toll {
  readonly kills: number
  /** Where the processes died, with how often. */
  readonly points: Map<string, number>
  readonly sent: number
  readonly stored: number
  readonly unknown: number
}

/**
 * Crawls until the run is finished, each process dying as told; those whose death does not come simply end.
 */
export async function crawlThrough(
  bench: Bench,
  server: WorldServer,
  db: string,
  flags: readonly string[],
  deaths: Iterable<Death>,
): Promise<Toll> {
  const points = new Map<string, number>()
  let kills = 0
  const next = deaths[Symbol.iterator]()
  for (let finished = false; !finished;) {
    const { value: death } = next.next() as IteratorResult<Death, undefined>
    const cap = death?.cap === undefined ? [] : ['--max-requests', String(death.cap)]
    const env = death === undefined ? {} : armed(`${death.point}:${death.hit}:${death.how}`)
    const result = await bench.crawl(server, [...SEEDS, ...flags, ...cap, '--db', db], { env })
    const point = /^failpoint (\S+)/m.exec(result.stderr)?.[1]
    expectKilledOrFine(result, death)
    if (result.signal === 'SIGKILL') {
      kills += 1
      points.set(point ?? '?', (points.get(point ?? '?') ?? 0) + 1)
    }
    finished = result.code === 0 || isFinished(bench, db)
  }
  const { answered, unknown } = ledgerOf(bench.open(db))
  return { kills, points, sent: server.seen.length, stored: answered, unknown }
}

function expectKilledOrFine(result: Result, death: Death | undefined): void {
  const fine =
    result.signal === 'SIGKILL'
      ? death !== undefined
      : result.code === 0 || (result.code === 4 && death?.cap !== undefined)
  expect({ fine, ...(fine ? {} : { death, code: result.code, stderr: result.stderr }) }).toEqual({
    fine: true,
  })
}

/** A process that dies while it closes the file has finished its run; another would begin the next one. */
function isFinished(bench: Bench, db: string): boolean {
  const file = bench.open(db)
  const isMade = file.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").pluck().get() === 1
  const finished =
    isMade && file.prepare("SELECT count(*) FROM runs WHERE state = 'finished'").pluck().get() === 1
  bench.release(file)
  return finished
}

/** Nothing lost, nothing doubled, nothing paid twice but what was in flight. */
export function expectUnharmed(
  bench: Bench,
  db: string,
  calm: Record<Compared, string[]>,
  toll: Toll,
  concurrency: number,
): void {
  const file = bench.open(db)
  const ledger = ledgerOf(file)
  expect(unlike(calm, contentsOf(file))).toEqual([])
  expect(soundnessOf(file)).toEqual({ integrity: 'ok', foreignKeys: [] })
  expect(ledger.storedTwice, 'no page that is stored is asked for again').toEqual([])
  expect(ledger.mostAtOnce, 'a kill costs at most the requests in flight').toBeLessThanOrEqual(concurrency)
  expect(toll.sent, 'the ledger knows of every request').toBeLessThanOrEqual(ledger.answered + ledger.unknown)
}
