import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { placeNodes, type Tie } from '../../src/report/charts/layout.js'

const networks = fc.integer({ min: 1, max: 25 }).chain(count => {
  const node = fc.integer({ min: 0, max: count - 1 })
  const tie = fc.record({ from: node, to: node, weight: fc.integer({ min: 1, max: 1_000_000 }) })
  return fc.record({ count: fc.constant(count), ties: fc.array(tie, { maxLength: 40 }) })
})

test('every node of any network has a place within the picture, and the same one each time', () => {
  fc.assert(
    fc.property(networks, ({ count, ties }) => {
      const places = placeNodes(count, ties)
      expect(places).toHaveLength(count)
      expect(places.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1)).toBe(true)
      expect(placeNodes(count, ties)).toEqual(places)
    }),
    { numRuns: 30 },
  )
})

test('groups that nothing ties to each other lie apart', () => {
  const group = (first: number): Tie[] =>
    [0, 1, 2, 3].flatMap(a =>
      [0, 1, 2, 3].filter(b => b > a).map(b => ({ from: first + a, to: first + b, weight: 1 })),
    )
  const places = placeNodes(8, [...group(0), ...group(4)])
  const distance = (a: number, b: number): number =>
    Math.hypot((places[a]?.x ?? 0) - (places[b]?.x ?? 0), (places[a]?.y ?? 0) - (places[b]?.y ?? 0))
  const inside = Math.max(distance(0, 1), distance(0, 2), distance(4, 5), distance(4, 6))
  const between = Math.min(distance(0, 4), distance(1, 5), distance(2, 6), distance(3, 7))
  expect(between).toBeGreaterThan(inside)
})
