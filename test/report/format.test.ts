import { expect, test } from 'vitest'

import { days, decimal, dollars, number, percent } from '../../src/report/format.js'

test('numbers are written in one way: thin spaces, and as many digits as their neighbours', () => {
  expect([1, 1234, 1_234_567, 0.5].map(number)).toEqual(['1', '1\u202F234', '1\u202F234\u202F567', '0.5'])
  expect([0.3, 50_018.16].map(decimal)).toEqual(['0.30', '50\u202F018.16'])
  expect(dollars(1500)).toBe('$1\u202F500.00')
  expect([0, 9, 9.7, 14, 100].map(part => percent(part, 100))).toEqual(['0%', '9.0%', '9.7%', '14%', '100%'])
  expect([percent(1, 100_000), percent(99_999, 100_000), percent(0, 0)]).toEqual(['<0.1%', '>99.9%', '–'])
})

test('a date is not torn', () => {
  expect(days('2025-11-02', '2025-12-01')).toBe('2\u00A0November\u00A02025 to 1\u00A0December\u00A02025')
})
