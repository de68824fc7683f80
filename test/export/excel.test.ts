/** CSV for Excel, read as Excel reads it in countries where commas or semicolons stand between cells. */
import { array, assert, constantFrom, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { tableFormats } from '../../src/export/index.js'

/** The lines of rows of texts. */
function written(rows: readonly (readonly string[])[]): string[] {
  const excel = tableFormats.get('excel')
  if (excel === undefined) throw new Error('no excel')
  const columns = (rows[0] ?? []).map((_, i) => ({ name: `c${i}`, type: 'text' as const, description: '' }))
  let text = ''
  for (const _ of excel.write(
    { columns, rows: () => rows[Symbol.iterator]() } as never,
    { write: chunk => void (text += String(chunk)) },
    { nulRemoved: 0, cellsCut: 0, leftOut: 0 },
  ));
  return text.split('\n').slice(1, -1)
}

/**
 * The cells of a line: a quote counts where a cell begins, and from there to the next one that is not
 * doubled.
 */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  for (let i = 0; i <= line.length; i += 1) {
    let cell = ''
    if (line[i] === '"') {
      for (i += 1; i < line.length && !(line[i] === '"' && line[i + 1] !== '"'); i += 1) {
        if (line[i] === '"') i += 1
        cell += line[i] ?? ''
      }
      i += 1
    }
    for (; i < line.length && line[i] !== separator; i += 1) cell += line[i]
    cells.push(cell)
  }
  return cells
}

const RUNS = /^[\s\p{Cf}]*[=+\-@−＝＋－＠]/u

describe('no cell runs', () => {
  test.for([
    '=1+1',
    '＝1+1',
    '＋1',
    '－1',
    '＠SUM(A1)',
    ' ＝1',
    '\u200B=1',
    '\u202E=1',
    '\t=1',
    'hello;=cmd()',
    'hello; =cmd()',
    'a;"=cmd()"',
    'a;＝1',
    'x;\u200E-1',
    ';;=1',
    'a\r\n=1',
    'a;\r\n=1',
  ])('of %j', text => {
    for (const line of written([['id', text, text]])) {
      for (const separator of [',', ';'])
        for (const cell of cellsOf(line, separator)) expect(cell).not.toMatch(RUNS)
    }
  })

  test('of any text', () => {
    const piece = constantFrom(
      '=',
      '+',
      '-',
      '@',
      '＝',
      '＋',
      '－',
      '＠',
      ';',
      ',',
      '\t',
      '\n',
      '\r',
      '"',
      "'",
      ' ',
      '\u200B',
      '\u202E',
      'a',
      '1',
      'SUM(A1)',
    )
    const text = array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))
    assert(
      property(array(tuple(text, text, text), { minLength: 1, maxLength: 3 }), rows => {
        for (const line of written(rows)) {
          for (const separator of [',', ';'])
            for (const cell of cellsOf(line, separator)) if (RUNS.test(cell)) return false
        }
        return true
      }),
      { numRuns: 3_000 },
    )
  })
})

test('text that is none keeps every character', () => {
  const texts = ['a; b', 'plain', 'x=1', 'a-b; c+d', 'sum = 3', 'mail@example.org; other@example.org']
  expect(written([texts])).toEqual([texts.join(',')])
})
