import { describe, expect, it } from 'vitest'
import { RateGate } from '../../src/api/rate-gate.js'
import { monotonicMs } from '../../src/clock.js'

/** What a busy machine may add between a grant and the moment at which it is noted. */
const GRAIN_MS = 60

async function grants(gate: RateGate, callers: number): Promise<number[]> {
  const turns = await Promise.all(
    Array.from({ length: callers }, () => gate.turn(new AbortController().signal)),
  )
  return turns.map(turn => turn?.at ?? Number.NaN).toSorted((a, b) => a - b)
}

/** The most grants in any window of this length. */
function densest(times: readonly number[], windowMs: number): number {
  return Math.max(...times.map(start => times.filter(at => at >= start && at < start + windowMs).length))
}

describe.concurrent('the rate gate', () => {
  it.each([1, 2, 5])('lets at most %i through in any second, whoever asks', async rate => {
    const times = await grants(new RateGate(rate), rate * 2 + 1)
    expect(densest(times, 1_000 - GRAIN_MS)).toBe(rate)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000 - 2 * GRAIN_MS)
  })

  it('has no boundary at which twice the rate gets through', async () => {
    const gate = new RateGate(10)
    const first = await grants(gate, 1)
    while (monotonicMs() < (first[0] ?? 0) + 900) await new Promise(resolve => setTimeout(resolve, 5))
    const times = [...first, ...(await grants(gate, 25))]
    expect(densest(times, 1_000 - GRAIN_MS)).toBe(10)
  })

  it('gives the first turns at once', async () => {
    const started = monotonicMs()
    const times = await grants(new RateGate(50), 50)
    expect((times.at(-1) ?? 0) - started).toBeLessThan(700)
  })

  it('keeps a rate below one in a second', async () => {
    const times = await grants(new RateGate(0.8), 2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_250 - GRAIN_MS)
  })
})

describe('a gate with a rate far above what anybody sends', () => {
  it('holds nobody up', async () => {
    const started = monotonicMs()
    expect(await grants(new RateGate(100_000), 300)).toHaveLength(300)
    expect(monotonicMs() - started).toBeLessThan(2_000)
  })
})

describe.concurrent('a gate that is closed', () => {
  it('lets nobody through until it opens', async () => {
    const gate = new RateGate(1_000)
    const closed = monotonicMs()
    gate.closeFor(120)
    expect(gate.waitMs()).toBeGreaterThan(100)
    const times = await grants(gate, 3)
    expect(times[0]).toBeGreaterThanOrEqual(closed + 120)
    expect(gate.waitMs()).toBe(0)
  })

  it('stays closed for the longer of two waits', async () => {
    const gate = new RateGate(1_000)
    const closed = monotonicMs()
    gate.closeFor(150)
    gate.closeFor(10)
    expect((await grants(gate, 1))[0]).toBeGreaterThanOrEqual(closed + 150)
  })

  it('also stops those who were already waiting', async () => {
    const gate = new RateGate(1_000)
    gate.closeFor(60)
    const waiting = grants(gate, 1)
    const closed = monotonicMs()
    gate.closeFor(160)
    expect((await waiting)[0]).toBeGreaterThanOrEqual(closed + 160)
  })

  it('does not let those who waited through all at once when it opens', async () => {
    const gate = new RateGate(5)
    gate.closeFor(1_100)
    const times = await grants(gate, 8)
    expect(densest(times, 1_000 - GRAIN_MS)).toBe(5)
  })
})

describe.concurrent('a turn that is no longer wanted', () => {
  it('is not given where the wait is aborted in the queue', async () => {
    const gate = new RateGate(1)
    const stop = new AbortController()
    const first = await gate.turn(stop.signal)
    const started = monotonicMs()
    const second = gate.turn(stop.signal)
    stop.abort()
    expect(first).toBeDefined()
    expect(await second).toBeUndefined()
    expect(monotonicMs() - started).toBeLessThan(500)
  })

  it('is not given where the wait is aborted at the closed gate', async () => {
    const gate = new RateGate(1_000)
    gate.closeFor(60_000)
    const stop = new AbortController()
    const turn = gate.turn(stop.signal)
    stop.abort()
    expect(await turn).toBeUndefined()
  })

  it('is not given where it was aborted before', async () => {
    expect(await new RateGate(10).turn(AbortSignal.abort())).toBeUndefined()
  })
})

describe('a clock that goes backwards', () => {
  it('changes nothing: nobody waits for the time to come again', async () => {
    const real = Date.now
    const gate = new RateGate(2)
    try {
      await grants(gate, 2)
      Date.now = () => real() - 3_600_000
      const stop = AbortSignal.timeout(1_500)
      const started = monotonicMs()
      expect(await gate.turn(stop)).toBeDefined()
      expect(monotonicMs() - started).toBeLessThan(1_200)
    } finally {
      Date.now = real
    }
  })
})
