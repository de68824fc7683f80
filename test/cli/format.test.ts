import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'

import { columns } from '../../src/cli/columns.js'
import { count, cut, dollars, duration, number } from '../../src/cli/format.js'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

describe('number', () => {
  test('has a comma every three digits', () => {
    expect([0, 999, 1_000, 1_234_567].map(number)).toEqual(['0', '999', '1,000', '1,234,567'])
  })
})

describe('dollars', () => {
  test.for([
    [0, '$0.00'],
    [50_000, '$0.05'],
    [1_000, '$0.001'],
    [101_000, '$0.101'],
    [1_000_000, '$1.00'],
    [12_345_650_000, '$12,345.65'],
  ] as const)('%d millionths are %s', ([cost, text]) => {
    expect(dollars(cost)).toBe(text)
  })

  test('hides nothing of what routes cost, however much is spent', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 12), thousands => {
        const read = Math.round(Number(dollars(thousands * 1_000).replaceAll(/[$,]/g, '')) * 1_000)
        expect(read).toBe(thousands)
      }),
    )
  })
})

describe('duration', () => {
  test.for([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [1_000, '1 s'],
    [59_499, '59 s'],
    [59_500, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_500, '1 h 00 min'],
    [7_800_000, '2 h 10 min'],
    [360_000_000, '100 h 00 min'],
  ] as const)('%d milliseconds are %s', ([ms, text]) => {
    expect(duration(ms)).toBe(text)
  })

  test('never says a thousand milliseconds or sixty of anything', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), ms => {
        expect(duration(ms)).not.toMatch(/\b(1000 ms|60 s|60 min)\b/)
      }),
      { examples: [[999.6], [59_999.9], [3_599_999.9]] },
    )
  })
})

describe('count', () => {
  test('has the plural for all but one', () => {
    expect([0, 1, 2, 1_000].map(n => count(n, 'page'))).toEqual([
      '0 pages',
      '1 page',
      '2 pages',
      '1,000 pages',
    ])
  })
})

describe('cut', () => {
  test('leaves alone what fits', () => {
    expect(cut('exactly', 7)).toBe('exactly')
  })

  test('ends what does not fit with an ellipsis, in the same width', () => {
    expect(cut('too long', 5)).toBe('too …')
  })

  test('does not tear a character apart', () => {
    expect(cut('👍👍👍', 4).isWellFormed()).toBe(true)
    expect(cut('👩‍👩‍👧 family', 3)).not.toMatch(/\u200D…$/)
  })

  test('takes wide characters for what they take', () => {
    expect(stringWidth(cut('東京都新宿区', 7))).toBeLessThanOrEqual(7)
  })

  test('is never wider than it may be, and never a control sequence', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(stringWidth(cut(text, width))).toBeLessThanOrEqual(width)
        expect(cut(text, width)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      }),
      {
        examples: [
          ['東京都新宿区', 7],
          ['👍👍👍', 4],
          ['red \u001B[31m\nand more', 20],
        ],
      },
    )
  })
})

describe('columns', () => {
  test('align, with numbers to the right and thousands marked', () => {
    expect(
      columns([
        ['users', 50],
        ['attachments', 12_345],
      ]),
    ).toBe('  users            50\n  attachments  12,345')
  })

  test('leave no spaces at the end of a line', () => {
    expect(
      columns([
        ['a', 'b'],
        ['long', ''],
      ]),
    ).toBe('  a     b\n  long')
  })

  test('stay in their rows whatever a cell holds', () => {
    expect(columns([['a\nb\u001B[2J', 'c']]).split('\n')).toHaveLength(1)
  })

  test('align under wide characters as well', () => {
    const [first = '', second = ''] = columns([
      ['search:東京', 'done'],
      ['feed', 'done'],
    ]).split('\n')
    expect(stringWidth(first)).toBe(stringWidth(second))
  })

  test('have the header of numbers above the numbers', () => {
    expect(
      columns(
        [
          ['seed', 'held'],
          ['feed', 12_345],
        ],
        { indent: '' },
      ),
    ).toBe('seed    held\nfeed  12,345')
  })

  const wide = [
    [
      'followers',
      '@dara (user-pD08XvcESgXOoFJS0KQZJapD)',
      'private',
      12,
      'the platform counts 3 more than it lists',
    ],
    ['posts', '@al (user-1)', 'complete', 1_234, ''],
  ]

  test.for([40, 50, 60, 70, 80, 100, 120])('fit a screen of %i, and no word is broken', width => {
    const lines = columns(wide, { width }).split('\n')
    expect(lines.filter(line => stringWidth(line) > width)).toEqual([])
    const whole = new Set(
      wide.flat().flatMap(cell => String(typeof cell === 'number' ? number(cell) : cell).split(' ')),
    )
    const words = lines.flatMap(line => line.split(/ +/)).filter(word => word !== '')
    expect(words.filter(word => !whole.has(word) && !word.endsWith('…'))).toEqual([])
  })

  test('have as many rows as there are', () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => [n, 'a'])
    expect(columns(rows).split('\n')).toHaveLength(200_000)
  })

  test('are in colours only where asked, and as wide', () => {
    const rows = [[{ text: 'complete', tone: 'good' as const }, 'x']]
    expect(columns(rows)).toBe('  complete  x')
    expect(columns(rows, { isColourful: true })).toBe('  \u001B[32mcomplete\u001B[0m  x')
  })

  test('of nothing are nothing', () => {
    expect(columns([])).toBe('')
  })
})
