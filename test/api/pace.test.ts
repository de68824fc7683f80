import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWERS_PER_STEP, faster, fullPace, slower, SLOWEST_PART, type Pace } from '../../src/api/pace.js'
import { RateGate } from '../../src/api/rate-gate.js'

function answered(pace: Pace, rate: number, answers: number): Pace {
  return Array.from({ length: answers }).reduce<Pace>(now => faster(now, rate), pace)
}

describe('the pace', () => {
  it('is the full rate at first, and halves each time the API asks to wait', () => {
    const paces = [fullPace(8)]
    for (let n = 0; n < 3; n += 1) paces.push(slower(paces.at(-1) ?? fullPace(8), 8))
    expect(paces.map(({ perSecond }) => perSecond)).toEqual([8, 4, 2, 1])
  })

  it('never falls below a sixteenth, so that a crawl goes on', () => {
    let pace = fullPace(8)
    for (let n = 0; n < 100; n += 1) pace = slower(pace, 8)
    expect(pace.perSecond).toBe(0.5)
  })

  it('gains a tenth of the rate with every ten answers', () => {
    const slowed = slower(fullPace(10), 10)
    expect(answered(slowed, 10, 9).perSecond).toBe(5)
    expect(answered(slowed, 10, 10).perSecond).toBe(6)
    expect(answered(slowed, 10, 50).perSecond).toBe(10)
  })

  it('counts answers from the last time that the API asked to wait', () => {
    const almost = answered(slower(fullPace(16), 16), 16, 9)
    expect(faster(slower(almost, 16), 16).perSecond).toBe(4)
  })

  it(
    'stays between its bounds whatever comes, falls at no answer, rises at no refusal, and recovers ' +
      'for good',
    () => {
      const rate = fc.double({ min: 0.01, max: 100_000, noNaN: true })
      fc.assert(
        fc.property(rate, fc.array(fc.boolean(), { maxLength: 300 }), (perSecond, events) => {
          let pace = fullPace(perSecond)
          for (const isAnswer of events) {
            const next = isAnswer ? faster(pace, perSecond) : slower(pace, perSecond)
            expect(next.perSecond).toBeLessThanOrEqual(perSecond)
            expect(next.perSecond).toBeGreaterThanOrEqual(perSecond * SLOWEST_PART)
            if (isAnswer) expect(next.perSecond).toBeGreaterThanOrEqual(pace.perSecond)
            else expect(next.perSecond).toBeLessThanOrEqual(pace.perSecond)
            pace = next
          }
          expect(answered(pace, perSecond, 10 * ANSWERS_PER_STEP)).toEqual(fullPace(perSecond))
        }),
      )
    },
  )
})

describe('the gate', () => {
  const turnsWithin = async (gate: RateGate, ms: number): Promise<number> => {
    const end = AbortSignal.timeout(ms)
    let turns = 0
    while ((await gate.turn(end)) !== undefined) turns += 1
    return turns
  }

  it('lets half as many through after it was slowed down, and all again when answers have come', async () => {
    const gate = new RateGate(40)
    gate.slowDown()
    expect(gate.perSecond).toBe(20)
    expect(await turnsWithin(gate, 900)).toBe(20)
    for (let n = 0; n < 5 * ANSWERS_PER_STEP; n += 1) gate.speedUp()
    expect(gate.perSecond).toBe(40)
  })
})
