import { describe, expect, it } from 'vitest'
import {
  decide,
  MAX_ATTEMPTS,
  MAX_ROUNDS,
  type Decision,
  type RefusalContext,
} from '../../src/crawl/policy.js'
import type { Candidate, Checkpoint, SubjectKind } from '../../src/db/index.js'
import type { ErrorCode } from '../../src/errors.js'
import { candidate, refusal, subject } from './support/candidate.js'

interface Told extends Partial<Omit<RefusalContext, 'candidate' | 'route'>> {
  readonly about?: Partial<Omit<Candidate, 'checkpoint'>> & { checkpoint?: Partial<Checkpoint> }
  readonly kind?: SubjectKind
  /** Whether the route has answered, in this run or ever; both unless told. */
  readonly route?: Partial<RefusalContext['route']>
  readonly status?: number
  readonly waitMs?: number
}

function decision(
  code: ErrorCode,
  { about = {}, kind = 'user', route = {}, status = 400, waitMs, ...rest }: Told = {},
): Decision {
  const context = {
    anyRoute: true,
    othersServed: false,
    restarted: false,
    sameAnswer: false,
    isProbe: false,
    random: 0,
    ...rest,
    route: { inRun: true, ever: true, ...route },
  }
  return decide(refusal(code, { status, waitMs, message: 'the words' }), {
    ...context,
    candidate: candidate({ subject: subject(kind), ...about }),
  })
}

const ENTITIES: SubjectKind[] = ['user', 'post', 'link', 'comment']
const LISTS: SubjectKind[] = ['feed', 'leaderboard', 'query']
const atCursor = (told: Partial<Checkpoint> = {}) => ({ checkpoint: { cursor: 'c', pages: 3, ...told } })

describe('a refusal that stops the run', () => {
  it.each<[string, ErrorCode, number]>([
    ['401: the key is refused', 'key-refused', 5],
    ['402: the balance is empty', 'balance-empty', 4],
    ['403 from a route that has not answered in this run', 'forbidden', 5],
    ['403 for the key', 'key-forbidden', 5],
    ['403 for its quota', 'quota-spent', 4],
    ['403 of something in front of the API', 'blocked', 5],
    ['3xx', 'redirected', 5],
  ])('%s', (_, code, exit) => {
    const told = decision(code, { route: { inRun: false, ever: true } })
    expect(told).toMatchObject({ do: 'stop', error: { code } })
    expect(told.do === 'stop' && told.error.exit).toBe(exit)
  })

  it('says what happened in one line', () => {
    const told = decision('key-refused')
    expect(told.do === 'stop' && told.error.line).toMatch(/refused the key.*the words/)
  })
})

describe('403', () => {
  it.each([...ENTITIES, ...LISTS])(
    'is in doubt where it does not say whom it means, and the route has answered in this run: %s',
    kind => {
      expect(decision('forbidden', { kind, status: 403, route: { inRun: true } })).toEqual({
        do: 'withhold',
        reason: 'HTTP 403: the words',
      })
    },
  )

  it.each(ENTITIES)('is the account’s where others were served since it was refused before: %s', kind => {
    expect(decision('forbidden', { kind, route: { inRun: true }, othersServed: true })).toEqual({
      do: 'unavailable',
      as: 'private',
    })
  })

  it.each(ENTITIES)('is the account’s where it says so, whatever the route has done: %s', kind => {
    expect(decision('private', { kind, route: { inRun: false, ever: false } })).toEqual({
      do: 'unavailable',
      as: 'private',
    })
  })

  it('is the key’s where the route has only answered in earlier runs', () => {
    expect(decision('forbidden', { route: { inRun: false, ever: true } }).do).toBe('stop')
  })

  it.each(LISTS)('is nobody’s account on a listing of nobody: %s', kind => {
    expect(decision('forbidden', { kind, othersServed: true }).do).toBe('fail')
    expect(decision('private', { kind }).do).toBe('fail')
  })
})

describe('404 and 410', () => {
  it.each(ENTITIES)('mean that the entity is gone: %s', kind => {
    expect(decision('gone', { kind, status: 404 })).toEqual({ do: 'unavailable', as: 'gone' })
    expect(decision('gone', { kind, route: { inRun: false, ever: true } })).toEqual({
      do: 'unavailable',
      as: 'gone',
    })
  })

  it.each(ENTITIES)('are in doubt while the route has never answered: %s', kind => {
    expect(decision('gone', { kind, route: { inRun: false, ever: false } })).toEqual({ do: 'doubt' })
  })

  it.each([...ENTITIES, ...LISTS])('are in doubt while nothing has ever answered: %s', kind => {
    expect(decision('gone', { kind, anyRoute: false, route: { inRun: false, ever: false } })).toEqual({
      do: 'doubt',
    })
  })

  it.each(LISTS)('fail a listing of nobody: %s', kind => {
    expect(decision('gone', { kind, status: 404 })).toEqual({
      do: 'fail',
      reason: 'HTTP 404: the words',
      endsPass: true,
    })
  })
})

describe('400 and 422', () => {
  it('fail the stream where they are the request’s fault', () => {
    expect(decision('bad-request', { status: 422 })).toEqual({
      do: 'fail',
      reason: 'HTTP 422: the words',
      endsPass: true,
    })
  })

  it('restart the pass where the cursor is dead', () => {
    expect(decision('dead-cursor', { about: atCursor() })).toEqual({ do: 'restart' })
  })

  it('fail it where it was restarted by this invocation, naming the cap that it would need', () => {
    const told = decision('dead-cursor', { about: atCursor({ pages: 7 }), restarted: true })
    expect(told).toMatchObject({
      do: 'fail',
      endsPass: true,
      reason: expect.stringContaining('--max-pages 7') as string,
    })
  })

  it.each([
    [3, 3],
    [2, 3],
  ])('fail a pass that was restarted before and dies no deeper: %i pages after %i', (pages, diedAtPage) => {
    const told = decision('dead-cursor', { about: atCursor({ pages, diedAtPage }) })
    expect(told).toMatchObject({
      do: 'fail',
      endsPass: true,
      reason: expect.stringContaining('--max-pages 3') as string,
    })
  })

  it('restart a pass that was restarted by another invocation and dies deeper', () => {
    expect(decision('dead-cursor', { about: atCursor({ pages: 4, diedAtPage: 3 }) })).toEqual({
      do: 'restart',
    })
    expect(
      decision('dead-cursor', { about: atCursor({ pages: 4, diedAtPage: 3 }), restarted: true }).do,
    ).toBe('fail')
  })

  it('that say retry are retried, and at a cursor then mean that it is dead', () => {
    const worn = { attempts: MAX_ATTEMPTS - 1 }
    expect(decision('asked-to-retry', { about: atCursor() })).toMatchObject({ do: 'retry' })
    expect(decision('asked-to-retry', { about: { ...atCursor(), ...worn } })).toEqual({ do: 'restart' })
    expect(decision('asked-to-retry', { about: { ...atCursor(), ...worn }, restarted: true })).toMatchObject({
      do: 'fail',
      endsPass: true,
    })
    expect(decision('asked-to-retry', { about: worn })).toMatchObject({ do: 'retry', round: 1 })
  })
})

describe('429', () => {
  it.each([[undefined], [0], [7_000], [86_400_000]])('is waited for, and spends no attempt: %j', waitMs => {
    expect(decision('rate-limited', { waitMs: waitMs as number, about: { attempts: 4, round: 2 } })).toEqual({
      do: 'wait',
    })
  })
})

describe('whatever may pass', () => {
  const codes: ErrorCode[] = ['unreachable', 'server-error', 'malformed-answer']

  it.each(codes)('is tried five times, put back, and so three times: %s', code => {
    let about = { attempts: 0, round: 0 }
    const seen: string[] = []
    for (let request = 1; ; request += 1) {
      const told = decision(code, { about })
      if (told.do !== 'retry') {
        expect(told).toMatchObject({
          do: 'fail',
          endsPass: false,
          reason: expect.stringContaining('the words') as string,
        })
        expect(request).toBe(MAX_ATTEMPTS * MAX_ROUNDS)
        break
      }
      expect(told.delayMs).toBeGreaterThan(0)
      about = { attempts: told.attempts, round: told.round }
      seen.push(`${told.round}:${told.attempts}`)
    }
    expect([MAX_ATTEMPTS, MAX_ROUNDS]).toEqual([5, 3])
    expect(seen).toEqual([
      '0:1',
      '0:2',
      '0:3',
      '0:4',
      '1:0',
      '1:1',
      '1:2',
      '1:3',
      '1:4',
      '2:0',
      '2:1',
      '2:2',
      '2:3',
      '2:4',
    ])
  })

  it.each(codes)('keeps its cursor where it fails, for the next run: %s', code => {
    const about = { attempts: MAX_ATTEMPTS - 1, round: MAX_ROUNDS - 1, ...atCursor() }
    expect(decision(code, { about })).toMatchObject({ do: 'fail', endsPass: false })
  })

  it('spends no attempt where it was a probe: that says nothing about the stream', () => {
    for (const about of [
      { attempts: 0, round: 0 },
      { attempts: MAX_ATTEMPTS - 1, round: MAX_ROUNDS - 1 },
    ]) {
      expect(decision('server-error', { about, isProbe: true })).toMatchObject({ do: 'retry', ...about })
    }
  })

  it('is no longer retried where the same unreadable body came twice', () => {
    expect(decision('malformed-answer', { sameAnswer: true, status: 200 })).toMatchObject({
      do: 'fail',
      endsPass: false,
    })
    expect(decision('malformed-answer', { sameAnswer: false, status: 200 })).toMatchObject({ do: 'retry' })
  })

  it('waits longer and longer, and not all at the same time', () => {
    const delay = (attempts: number, random: number): number => {
      const told = decision('server-error', { about: { attempts }, random })
      return told.do === 'retry' ? told.delayMs : Number.NaN
    }
    for (let attempts = 0; attempts + 1 < MAX_ATTEMPTS; attempts += 1) {
      expect(delay(attempts, 0.99)).toBeGreaterThan(delay(attempts, 0))
      if (attempts > 0) expect(delay(attempts, 0.5)).toBeGreaterThan(delay(attempts - 1, 0.5))
    }
  })
})

describe('every refusal', () => {
  const codes: ErrorCode[] = [
    'unreachable',
    'server-error',
    'asked-to-retry',
    'malformed-answer',
    'rate-limited',
    'dead-cursor',
    'bad-request',
    'gone',
    'private',
    'forbidden',
    'key-refused',
    'balance-empty',
  ]
  const kinds: SubjectKind[] = [...ENTITIES, ...LISTS]

  it.each(codes)('has a decision, wherever it comes and whatever went before: %s', code => {
    for (const kind of kinds) {
      for (const inRun of [true, false]) {
        for (const restarted of [true, false]) {
          for (const attempts of [0, 4]) {
            for (const cursor of [null, 'c']) {
              const told = decision(code, {
                kind,
                restarted,
                route: { inRun, ever: inRun },
                about: { attempts, round: 2, checkpoint: { cursor, pages: 2 } },
              })
              expect([
                'wait',
                'retry',
                'restart',
                'unavailable',
                'doubt',
                'withhold',
                'fail',
                'stop',
              ]).toContain(told.do)
            }
          }
        }
      }
    }
  })
})
