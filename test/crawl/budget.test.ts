import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget } from '../../src/crawl/budget.js'

const budget = (maxRequests: number | null, maxCost: number | null): Budget =>
  new Budget({ maxRequests, maxCost })

describe('a budget', () => {
  it('without caps allows everything', () => {
    const free = budget(null, null)
    for (let n = 0; n < 100; n += 1) {
      expect(free.allows(50_000)).toBe('yes')
      free.reserve(50_000)
    }
  })

  it('counts requests when they are sent, whatever becomes of them', () => {
    const two = budget(2, null)
    two.reserve(5)
    two.settle(5, 0)
    expect(two.allows(5)).toBe('yes')
    two.reserve(5)
    expect(two.allows(0)).toBe('no')
  })

  it('counts money when it is paid, and before that what may have to be', () => {
    const dime = budget(null, 100)
    dime.reserve(50)
    dime.reserve(50)
    expect(dime.allows(50)).toBe('wait')
    dime.settle(50, 0)
    expect(dime.allows(50)).toBe('yes')
    dime.settle(50, 50)
    expect(dime.allows(51)).toBe('no')
  })

  it.each([
    [0, null],
    [null, 0],
  ])('of nothing allows nothing: %j %j', (maxRequests, maxCost) => {
    expect(budget(maxRequests, maxCost).allows(50_000)).toBe('no')
  })

  it('lets free requests through where no money is left', () => {
    expect(budget(null, 0).allows(0)).toBe('yes')
  })

  it('is never overdrawn, in whatever order answers come', () => {
    const event = fc.record({
      send: fc.boolean(),
      price: fc.constantFrom(0, 1_000, 50_000, 100_000),
      billed: fc.boolean(),
      which: fc.nat(20),
    })
    fc.assert(
      fc.property(
        fc.nat(12),
        fc.nat(600_000),
        fc.array(event, { maxLength: 80 }),
        (maxRequests, maxCost, events) => {
          const caps = budget(maxRequests, maxCost)
          const inFlight: number[] = []
          let sent = 0
          let paid = 0
          for (const { send, price, billed, which } of events) {
            if (send && caps.allows(price) === 'yes') {
              caps.reserve(price)
              inFlight.push(price)
              sent += 1
            } else if (!send && inFlight.length > 0) {
              const [settled = 0] = inFlight.splice(which % inFlight.length, 1)
              caps.settle(settled, billed ? settled : 0)
              paid += billed ? settled : 0
            }
            expect(sent).toBeLessThanOrEqual(maxRequests)
            expect(paid + inFlight.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(maxCost)
            if (caps.allows(50_000) === 'wait') expect(inFlight.length).toBeGreaterThan(0)
          }
        },
      ),
    )
  })
})
