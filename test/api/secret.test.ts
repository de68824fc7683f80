import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/api/secret.js'

const KEY = 'sk-Test_9f/3+c1"d\\5ab7e24c60'
const everyChar = (text: string, form: (code: string) => string): string => [...text].map((char) => form(char.charCodeAt(0).toString(16).padStart(2, '0'))).join('')

/** Forms in which a server may repeat a text. */
const FORMS: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['inside JSON', (text) => JSON.stringify(text).slice(1, -1)],
  ['inside JSON with escaped slashes', (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
  ['inside JSON with every character escaped', (text) => everyChar(text, (code) => `\\u00${code}`)],
  ['the same in capitals', (text) => everyChar(text, (code) => `\\u00${code.toUpperCase()}`)],
  ['inside an address', encodeURIComponent],
  ['inside an address with every character escaped', (text) => everyChar(text, (code) => `%${code}`)],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64 behind other letters', (text) => Buffer.from(`Bearer ${text}`).toString('base64')],
  ['in base64 between other letters', (text) => Buffer.from(`x ${text}, and more`).toString('base64')],
  ['in base64 for addresses', (text) => Buffer.from(`user:${text}`).toString('base64url')],
]

/** The longest part of the key that a text still gives away, once escapes are read and base64 is decoded. */
function givenAway(text: string): boolean {
  const read = text.replaceAll(/\\u00(..)|%(..)/g, (_, json: string | undefined, url: string | undefined) => String.fromCharCode(Number.parseInt(json ?? url ?? '', 16)))
  const decoded = [0, 1, 2, 3].map((from) => Buffer.from(text.slice(from), 'base64').toString('latin1'))
  const unquoted = read.replaceAll(/\\(.)/g, '$1')
  return [read, unquoted, ...decoded].some((form) => form.includes(KEY.slice(4, 20)))
}

describe('the key', () => {
  const secret = new Secret(KEY)

  it.each(FORMS)('is found and taken out %s', (_, form) => {
    const shown = form(KEY)
    expect(givenAway(shown), 'the check sees it').toBe(true)
    const text = `{"message":"bad key ${shown} given"}`
    expect(secret.isIn(Buffer.from(text))).toBe(true)
    expect(secret.strip(text)).toContain('[key]')
    expect(givenAway(secret.strip(shown))).toBe(false)
    expect(givenAway(secret.strip(`${shown}${shown}`))).toBe(false)
  })

  it('is found where only some of its characters are escaped', () => {
    expect(secret.strip(JSON.stringify(KEY).replace('-', '\\u002d'))).toBe('"[key]"')
    expect(secret.strip(encodeURIComponent(KEY).replace('_', '%5F'))).toBe('[key]')
  })

  it('leaves every text alone that has nothing of it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => secret.strip(text) === text))
  })

  it('is taken out of whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(...FORMS.slice(0, 4).map(([, form]) => form)), (before, after, form) => {
        expect(secret.strip(before + form(KEY) + after)).not.toContain(form(KEY))
      }),
    )
  })

  it('is not sought in pieces where it is short', () => {
    expect(new Secret('abc').strip('YWJj abc')).toBe('YWJj [key]')
  })
})
