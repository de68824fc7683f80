import { expect, test } from 'vitest'

import { lines } from '../../src/report/charts/time.js'

test('a line has a place for every day, those on which nobody looked too', () => {
  const points = [1, 2, 5].map(day => [Date.UTC(2025, 10, day), day] as const)
  const { option } = lines([{ name: 'a', colour: 'red', points }], 'followers', 860)
  expect(option).toMatchObject({
    xAxis: { data: ['1 Nov 2025', '2 Nov 2025', '3 Nov 2025', '4 Nov 2025', '5 Nov 2025'] },
    series: [{ data: [1, 2, null, null, 5], connectNulls: true, showAllSymbol: true }],
  })
})

test('days that are too far apart are those that have a point', () => {
  const points = ['0001-01-01', '2025-11-02', '9999-12-31'].map((day, i) => [Date.parse(day), i] as const)
  const { option } = lines([{ name: 'a', colour: 'red', points }], 'followers', 860)
  expect(option).toMatchObject({ series: [{ data: [0, 1, 2] }] })
})
