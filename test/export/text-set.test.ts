import { array, assert, property, string } from 'fast-check'
import { expect, it } from 'vitest'

import { TextSet } from '../../src/export/text-set.js'

const has = (set: TextSet, text: string): boolean => set.has(`<${text}>`, 1, text.length + 1)

it('holds what was put in, and nothing else', () => {
  const texts = array(string({ unit: 'binary', maxLength: 12 }), { maxLength: 60 })
  assert(
    property(texts, texts, (put, others) => {
      const set = new TextSet()
      const plain = new Set<string>()
      for (const text of put) {
        expect(set.add(text)).toBe(!plain.has(text))
        plain.add(text)
      }
      for (const text of [...put, ...others]) expect(has(set, text)).toBe(plain.has(text))
    }),
  )
})

it('tells 300,000 names apart that differ in a digit', () => {
  const set = new TextSet()
  for (let n = 0; n < 300_000; n += 1) if (!set.add(`name.${n}`)) expect.unreachable(`name.${n}`)
  for (let n = 0; n < 300_000; n += 1)
    if (set.add(`name.${n}`) || set.has(`other.${n}`, 0, `other.${n}`.length)) expect.unreachable(`name.${n}`)
})
