import { createHmac } from 'node:crypto'

import { assert, property, string, uint8Array } from 'fast-check'
import { expect, it } from 'vitest'

import { TextHmac } from '../../src/export/hmac.js'

const node = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex')

it('is the HMAC-SHA-256 of RFC 4231, test case 2', () => {
  expect(new TextHmac(Buffer.from('Jefe')).digest('what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

it('is what Node makes of any text and key, however long, one after the other', () => {
  const key = uint8Array({ maxLength: 200 })
  const text = string({ unit: 'binary', maxLength: 300 })
  assert(
    property(key, text, text, (bytes, first, second) => {
      const hmac = new TextHmac(bytes)
      expect(hmac.digest(first)).toBe(node(bytes, first))
      expect(hmac.digest(second)).toBe(node(bytes, second))
    }),
    { numRuns: 2_000 },
  )
})

it('is so at every length about the ends of blocks, and for a long text', () => {
  const hmac = new TextHmac(Buffer.alloc(32, 7))
  for (let length = 0; length <= 200; length += 1)
    expect(hmac.digest('é'.repeat(length >> 1) + 'x'.repeat(length & 1))).toBe(
      node(Buffer.alloc(32, 7), 'é'.repeat(length >> 1) + 'x'.repeat(length & 1)),
    )
  const long = '𝔘 long '.repeat(10_000)
  expect(hmac.digest(long)).toBe(node(Buffer.alloc(32, 7), long))
})
