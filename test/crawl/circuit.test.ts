import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Circuit, PROBE_TIMEOUT_MS, PROBE_WAITS_MS, type Failure } from '../../src/crawl/circuit.js'
import { backOff } from '../../src/crawl/policy.js'

/** Fails a request of a stream that took no time. */
function fail(circuit: Circuit, streamId: number, told: Partial<Failure> & { now?: number } = {}): void {
  const { now = 0, ...failure } = told
  circuit.failed(
    { streamId, sentAt: now, noServer: false, noAnswer: false, timedOut: false, wasProbe: false, ...failure },
    now,
  )
}

/** A circuit over an API that has answered before. */
function answering(): Circuit {
  const circuit = new Circuit()
  circuit.succeeded(0, 0)
  return circuit
}

/** How many failures open the circuit, of streams that take turns. */
function failuresUntilOpen(
  circuit: Circuit,
  streams: readonly number[],
  told: Partial<Failure> = {},
): number {
  for (let n = 1; n <= 1_000; n += 1) {
    fail(circuit, streams[n % streams.length] ?? 0, told)
    if (circuit.state === 'open') return n
  }
  return Number.POSITIVE_INFINITY
}

const opened = (): Circuit => {
  const circuit = answering()
  failuresUntilOpen(circuit, [1, 2, 3])
  return circuit
}

describe('an outage', () => {
  it.each([3, 4, 8, 50])('is noticed within ten failures of %i streams', streams => {
    expect(
      failuresUntilOpen(
        answering(),
        Array.from({ length: streams }, (_, n) => n + 1),
      ),
    ).toBeLessThanOrEqual(10)
  })

  it('is noticed where one stream alone cannot reach a server', () => {
    expect(failuresUntilOpen(answering(), [1], { noServer: true, noAnswer: true })).toBeLessThanOrEqual(10)
  })

  it.each([1, 2])('is noticed where %i streams are left and no request brings even a status', left => {
    expect(failuresUntilOpen(answering(), [1, 2].slice(0, left), { noAnswer: true })).toBeLessThanOrEqual(10)
  })

  it('is noticed where nothing has ever answered, of one stream too', () => {
    expect(failuresUntilOpen(new Circuit(), [1])).toBeLessThanOrEqual(10)
  })

  it('is noticed after a bad spell, by the streams that were well', () => {
    const circuit = answering()
    for (const suspect of [1, 2, 3]) {
      fail(circuit, suspect)
      circuit.succeeded(0, 0)
    }
    expect(failuresUntilOpen(circuit, [4, 5, 6])).toBeLessThanOrEqual(10)
  })

  it(
    'is noticed where only streams are left that had failed before, if they are many, before 60 ' +
      'requests',
    () => {
      const circuit = answering()
      const suspects = [1, 2, 3, 4, 5, 6]
      for (const suspect of suspects) fail(circuit, suspect)
      circuit.succeeded(0, 0)
      expect(failuresUntilOpen(circuit, suspects) + PROBE_WAITS_MS.length).toBeLessThan(60)
    },
  )

  it('is noticed by streams that failed once and have answered since', () => {
    const circuit = answering()
    for (const stream of [1, 2, 3]) fail(circuit, stream)
    for (const stream of [0, 1, 2, 3]) circuit.succeeded(stream, 0)
    expect(failuresUntilOpen(circuit, [1, 2, 3])).toBeLessThanOrEqual(10)
  })
})

describe('a silence', () => {
  it('is noticed at the first request that was given all its time, where nobody was answered meanwhile', () => {
    const circuit = answering()
    fail(circuit, 1, { timedOut: true, sentAt: 100, now: 60_100 })
    expect(circuit.state).toBe('open')
  })

  it('is none where somebody was answered meanwhile', () => {
    const circuit = answering()
    circuit.succeeded(2, 30_000)
    fail(circuit, 1, { timedOut: true, sentAt: 100, now: 60_100 })
    expect(circuit.state).toBe('closed')
  })

  it('of the whole time that there is ends the run, however many probes are left', () => {
    const circuit = answering()
    fail(circuit, 1, { timedOut: true, sentAt: 0.5, now: 60_000 })
    fail(circuit, 1, { wasProbe: true, timedOut: true, sentAt: 62_000, now: 70_000 })
    expect(circuit.state).toBe('open')
    fail(circuit, 1, { wasProbe: true, timedOut: true, sentAt: 74_000, now: 82_000 })
    expect(circuit.state).toBe('down')
  })
})

describe('broken streams', () => {
  it.each([1, 2])('never open the circuit, where they are %i, however often they fail', count => {
    const circuit = answering()
    expect(
      failuresUntilOpen(
        circuit,
        Array.from({ length: count }, (_, n) => n + 1),
      ),
    ).toBe(Number.POSITIVE_INFINITY)
  })

  it('never open it where one of the failures of two brought an answer, if only a 500', () => {
    const circuit = answering()
    fail(circuit, 1)
    expect(failuresUntilOpen(circuit, [1, 2], { noAnswer: true })).toBe(Number.POSITIVE_INFINITY)
  })

  it('never open it, alone or in pairs, where they are suspects from the start, but for want of a server', () => {
    for (const told of [{ noAnswer: true }, { noAnswer: true, timedOut: true, now: 60_000 }]) {
      const circuit = new Circuit()
      circuit.suspect(1)
      circuit.suspect(2)
      expect(failuresUntilOpen(circuit, [1, 2], told)).toBe(Number.POSITIVE_INFINITY)
      expect(failuresUntilOpen(circuit, [1, 2], { noServer: true, noAnswer: true })).toBeLessThanOrEqual(10)
    }
  })

  it(
    'never open it where one brings no answer at all while others are answered, and is the last ' +
      'that is left',
    () => {
      const circuit = answering()
      fail(circuit, 1, { noAnswer: true })
      circuit.succeeded(2, 0)
      expect(failuresUntilOpen(circuit, [1], { noAnswer: true })).toBe(Number.POSITIVE_INFINITY)
    },
  )

  it.each([3, 5, 8])('never open it, where they are %i and others are answered in between', count => {
    const circuit = answering()
    for (let round = 0; round < 15; round += 1) {
      for (let broken = 1; broken <= count; broken += 1) {
        fail(circuit, broken)
        expect(circuit.state).toBe('closed')
      }
      circuit.succeeded(100, 0)
    }
  })

  it('never open it once they are suspects, in whatever order they go on failing', () => {
    const event = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
      { weight: 1, arbitrary: fc.constant(100) },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), events => {
        const circuit = answering()
        for (let broken = 1; broken <= 5; broken += 1) fail(circuit, broken)
        circuit.succeeded(100, 0)
        for (const stream of events) {
          if (stream === 100) circuit.succeeded(stream, 0)
          else fail(circuit, stream)
          expect(circuit.state).toBe('closed')
        }
      }),
    )
  })
})

describe('an open circuit', () => {
  it('closes at the first answer, and has forgotten its failures', () => {
    const circuit = opened()
    circuit.succeeded(2, 0)
    expect(circuit.state).toBe('closed')
    expect(failuresUntilOpen(circuit, [4, 5, 6])).toBeGreaterThan(5)
  })

  it('says that the API is down after a few failed probes, each after a longer wait', () => {
    const circuit = opened()
    const waits: number[] = []
    while (circuit.state === 'open') {
      waits.push(circuit.probeWaitMs)
      fail(circuit, 1, { wasProbe: true })
    }
    expect(circuit.state).toBe('down')
    expect(waits).toEqual([...PROBE_WAITS_MS])
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
  })

  it('leaves time for its failures within 90 seconds, and for fewer than 60 requests', () => {
    const [first = 0] = PROBE_WAITS_MS
    expect(PROBE_WAITS_MS.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(75_000)
    expect(60_000 + first + PROBE_TIMEOUT_MS).toBeLessThan(90_000)
    expect(10 + PROBE_WAITS_MS.length).toBeLessThan(50)
  })

  it('counts no request that was sent before it opened as a probe', () => {
    const circuit = opened()
    for (let late = 0; late < 50; late += 1) fail(circuit, late, { noServer: true })
    expect(circuit.state).toBe('open')
    expect(circuit.probeWaitMs).toBe(PROBE_WAITS_MS[0])
  })

  it('begins its waits anew after a recovery', () => {
    const circuit = opened()
    fail(circuit, 1, { wasProbe: true })
    fail(circuit, 1, { wasProbe: true })
    circuit.succeeded(1, 0)
    failuresUntilOpen(circuit, [4, 5, 6])
    expect(circuit.probeWaitMs).toBe(PROBE_WAITS_MS[0])
  })
})

describe('a fresh circuit', () => {
  it('is closed, and knows that nothing has answered', () => {
    expect(new Circuit()).toMatchObject({ state: 'closed', everSucceeded: false })
    expect(answering().everSucceeded).toBe(true)
  })
})

describe('the back-off', () => {
  it('doubles, has jitter, and stays within its bounds', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const ms = backOff(attempts, random)
          expect(ms).toBeGreaterThanOrEqual(250)
          expect(ms).toBeLessThanOrEqual(30_000)
          expect(ms).toBeGreaterThanOrEqual(backOff(attempts, 0))
          expect(ms).toBeLessThanOrEqual(2 * backOff(attempts, 0))
        },
      ),
    )
    expect([0, 1, 2, 3].map(attempts => backOff(attempts, 0))).toEqual([250, 500, 1_000, 2_000])
  })
})
