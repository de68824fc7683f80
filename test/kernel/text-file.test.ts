import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { decodeText, linesOf, readTextFile } from '../../src/text-file.js'
import { ENCODINGS } from '../support/encodings.js'

const folder = mkdtempSync(path.join(tmpdir(), 'sora-crawl-text-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TEXTS = [
  '',
  'feed',
  'feed\n',
  '# mine\n@sam\nuser-Ab12\n',
  '@風筝\n@Zoë\n',
  'A="ключ"\n',
  '日本語のユーザー一覧です\n@a\n',
  '🜁 s_1\n',
]

describe.each(Object.entries(ENCODINGS))('text in %s', (_, encode) => {
  test.for(TEXTS)('is read: %j', text => {
    const file = path.join(folder, 'a.txt')
    writeFileSync(file, encode(text))
    expect(readTextFile(file)).toBe(text)
    expect(readTextFile(file, { strict: true })).toBe(text)
  })

  test.for(['\r\n', '\r', '\n'])('may have the line ends %j', end => {
    expect(decodeText(encode(`one${end}${end}three${end}`))).toBe('one\n\nthree\n')
  })
})

describe('what is no text', () => {
  const latin = Buffer.from('# caf\xe9\nfeed', 'latin1')

  test('becomes U+FFFD, and the rest is read', () => {
    expect(decodeText(latin)).toBe('# caf\uFFFD\nfeed')
  })

  test('is an error where nothing may be missing', () => {
    expect(() => decodeText(latin, { strict: true })).toThrow(/not valid/)
    expect(() =>
      decodeText(ENCODINGS['UTF-16 with a mark']('feed').subarray(0, -1), { strict: true }),
    ).toThrow(/not valid/)
  })

  test.for(['ab\u0000cdefghijklmnopq', `${'a'.repeat(100)}\u0000${'b'.repeat(99)}`])(
    'a single zero makes no UTF-16 of %j',
    text => {
      expect(decodeText(Buffer.from(text))).toBe(text)
    },
  )
})

test('lines end at every line end that an editor shows as one', () => {
  expect(linesOf('a\nb\u2028c\u2029d\u0085e\n')).toEqual(['a', 'b', 'c', 'd', 'e', ''])
})
