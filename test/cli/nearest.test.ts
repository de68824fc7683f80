import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { distance, nearest } from '../../src/nearest.js'

describe('the distance of two words', () => {
  test.for([
    ['crawl', 'crawl', 0],
    ['crwal', 'crawl', 1],
    ['crawll', 'crawl', 1],
    ['rawl', 'crawl', 1],
    ['ca', 'abc', 3],
    ['', 'abc', 3],
  ] as const)('of %s and %s is %i', ([a, b, away]) => {
    expect(distance(a, b)).toBe(away)
  })

  test('is the same both ways, and no longer than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a))
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(distance(a, b) === 0).toBe(a === b)
      }),
    )
  })
})

describe('the nearest name', () => {
  const names = ['crawl', 'plan', 'status', 'coverage', 'sql', 'export', 'followers', 'following']
  test.for([
    ['crwal', 'crawl'],
    ['Status', 'status'],
    ['cover', 'coverage'],
    ['folowers', 'followers'],
    ['exprot', 'export'],
    ['xyz', undefined],
    ['', undefined],
  ] as const)('to %s is %s', ([word, name]) => {
    expect(nearest(word, names)).toBe(name)
  })

  test('is found at once, however long the word is', () => {
    expect(nearest('x'.repeat(1_000_000), names)).toBeUndefined()
  })
})
