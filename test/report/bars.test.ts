import { expect, test } from 'vitest'

import { inPowers, lyingBars } from '../../src/report/charts/bars.js'

/** The widths of the pieces of bars of one part, in percent. */
function widthsOf(values: readonly number[]): number[] {
  const names = values.map(String)
  const { text } = lyingBars(names, [{ name: 'x', colour: 'red', values }], names)
  return [...text.matchAll(/--w:([\d.]+)%/g)].map(([, width]) => Number(width))
}

test('bars are as long as what they stand for', () => {
  expect(widthsOf([4, 2, 1])).toEqual([100, 50, 25])
  expect(inPowers([4, 2, 1])).toBe('')
})

test('bars grow in powers of ten where one would dwarf the rest, and it is said', () => {
  expect(widthsOf([10_000, 100, 10, 1, 0])).toEqual([100, 60, 40, 20])
  expect(inPowers([10_000, 100, 10, 1, 0])).toContain('in powers of ten')
})

test('a single bar, and one beside nothing, has the whole length', () => {
  expect(widthsOf([0.05])).toEqual([100])
  expect(widthsOf([7, 0])).toEqual([100])
})
