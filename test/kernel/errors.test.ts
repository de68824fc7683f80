import { describe, expect, test } from 'vitest'

import {
  AppError,
  catalogue,
  ExitCode,
  messageOf,
  oneLine,
  shownText,
  type ErrorCode,
} from '../../src/errors.js'

const codes = Object.keys(catalogue) as ErrorCode[]

describe('an error', () => {
  test.for(codes)('%s tells its recovery, its exit code and one line', code => {
    const error = new AppError(code, 'the particulars')
    const { recovery, exit, summary, hint } = catalogue[code]
    expect(error).toMatchObject({ name: 'AppError', code, recovery, exit, message: 'the particulars' })
    expect(error.line).toContain(`${summary}: the particulars`)
    expect(error.line.endsWith(hint)).toBe(true)
  })

  test('keeps what caused it', () => {
    const cause = new Error('ENOSPC')
    expect(new AppError('disk-full', 'no space', { cause }).cause).toBe(cause)
  })

  test('says nothing after the particulars where nothing can be done', () => {
    expect(new AppError('gone', 'user-1').line).toBe('The entity is gone: user-1')
  })

  test('stays one line whatever a server puts into it', () => {
    expect(new AppError('server-error', 'HTTP 500\r\n\u001B[2Jgone\u2028more').line).toMatch(
      /^[^\p{Cc}\u2028\u2029]+$/u,
    )
  })
})

describe('the catalogue', () => {
  test('has an exit code of the contract for every error', () => {
    expect(codes.filter(code => !Object.values(ExitCode).includes(catalogue[code].exit))).toEqual([])
  })

  test('ends a run only with a hint at what to do next', () => {
    const stopping = codes.filter(code => catalogue[code].exit !== ExitCode.finished)
    expect(stopping.filter(code => catalogue[code].hint === '')).toEqual([])
  })

  test('never calls a mistake of the user a bug, nor the other way round', () => {
    expect(codes.filter(code => (catalogue[code].exit as number) === ExitCode.bug)).toEqual([])
  })

  test('says that nothing is lost wherever the same command continues', () => {
    const continued = codes.filter(code => catalogue[code].exit === ExitCode.stopped)
    expect(continued.filter(code => !catalogue[code].hint.includes('same command'))).toEqual([])
  })

  test('gives each exit code of the contract its own number', () => {
    expect(Object.values(ExitCode).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})

describe('oneLine', () => {
  test.for([
    ['leaves plain text alone', 'Ада, 東京 👍', 'Ада, 東京 👍'],
    ['puts lines after one another', 'one\r\ntwo\n\nthree', 'one two three'],
    [
      'takes away the introducer of escape sequences, in its long form and its short one',
      'a\u001B[31mb\u009B2Jc',
      'a [31mb 2Jc',
    ],
    ['takes away bells, backspaces, NUL and DEL', 'a\u0007\u0008\u0000\u007Fb', 'a b'],
    ['takes away the separators of lines and paragraphs that Unicode has', 'a\u2028b\u2029c', 'a b c'],
    ['trims', '  a \n', 'a'],
    ['keeps nothing of nothing', '\n', ''],
  ] as const)('%s', ([, text, expected]) => {
    expect(oneLine(text)).toBe(expected)
  })
})

describe('messageOf', () => {
  test.for([
    [new Error('broken'), 'broken'],
    ['just text', 'just text'],
    [undefined, 'undefined'],
    [{ toString: (): string => 'odd' }, 'odd'],
  ] as const)('of %o', ([thrown, message]) => {
    expect(messageOf(thrown)).toBe(message)
  })
})

const OBEYED = [
  '\u0000',
  '\u0007',
  '\u001B',
  '\u007F',
  '\u009B',
  '\u061C',
  '\u200E',
  '\u200F',
  '\u202A',
  '\u202E',
  '\u2066',
  '\u2069',
  '\r',
]

describe('text for a terminal', () => {
  test.for(OBEYED)('%j is not obeyed', char => {
    expect(oneLine(`a${char}b`)).toBe('a b')
    expect(shownText(`a${char}b\n\tc`)).toBe(`a\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}b\n\tc`)
  })

  test('JSON stays the value that it is', () => {
    const value = { text: OBEYED.join('x'), emoji: '👩‍👩‍👧 風' }
    const json = shownText(JSON.stringify(value, null, 2))
    expect(JSON.parse(json)).toEqual(value)
    for (const char of OBEYED) expect(json).not.toContain(char)
  })

  test('what is only seen stays: joiners of emoji, marks of other scripts, tabs and line ends', () => {
    const text = 'e\u0301 👩‍👩‍👧 שלום سلام\u200C\n\tnext'
    expect(shownText(text)).toBe(text)
  })
})
