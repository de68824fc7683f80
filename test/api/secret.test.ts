import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/api/secret.js'

const KEY = 'sk-Test_9f/3+c1"d\\5ab7e24c60'
const everyChar = (text: string, form: (code: string) => string): string =>
  [...text].map(char => form(char.charCodeAt(0).toString(16).padStart(2, '0'))).join('')

/** Forms in which a server may repeat a text. */
const FORMS: [string, (text: string) => string][] = [
  ['as it is', text => text],
  ['inside JSON', text => JSON.stringify(text).slice(1, -1)],
  ['inside JSON with escaped slashes', text => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
  ['inside JSON with every character escaped', text => everyChar(text, code => `\\u00${code}`)],
  ['the same in capitals', text => everyChar(text, code => `\\u00${code.toUpperCase()}`)],
  ['inside an address', encodeURIComponent],
  ['inside an address with every character escaped', text => everyChar(text, code => `%${code}`)],
  ['in base64', text => Buffer.from(text).toString('base64')],
  ['in base64 behind other letters', text => Buffer.from(`Bearer ${text}`).toString('base64')],
  ['in base64 between other letters', text => Buffer.from(`x ${text}, and more`).toString('base64')],
  ['in base64 for addresses', text => Buffer.from(`user:${text}`).toString('base64url')],
]

/** The longest part of the key that a text still gives away, once escapes are read and base64 is decoded. */
function givenAway(text: string): boolean {
  const read = text.replaceAll(/\\u00(..)|%(..)/g, (_, json: string | undefined, url: string | undefined) =>
    String.fromCharCode(Number.parseInt(json ?? url ?? '', 16)),
  )
  const decoded = [0, 1, 2, 3].map(from => Buffer.from(text.slice(from), 'base64').toString('latin1'))
  const unquoted = read.replaceAll(/\\(.)/g, '$1')
  return [read, unquoted, ...decoded].some(form => form.includes(KEY.slice(4, 20)))
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
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => secret.strip(text) === text))
  })

  it('is taken out of whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom(...FORMS.slice(0, 4).map(([, form]) => form)),
        (before, after, form) => {
          expect(secret.strip(before + form(KEY) + after)).not.toContain(form(KEY))
        },
      ),
    )
  })
})

describe('what is not the key', () => {
  const page = (more: object = {}): string =>
    JSON.stringify({
      code: 200,
      data: {
        items: [
          {
            id: 's_68e6471b2c8c8191',
            text: 'made with sora, k?',
            kind: 'sora',
            permalink: 'https://sora.chatgpt.com/p/s_68e6471b2c8c8191',
            like_count: 12345678,
            ...more,
          },
        ],
        cursor: Buffer.from('{"user_id":"user-a"}').toString('base64'),
      },
    })

  it.each([
    'k',
    's',
    'sora',
    'chatgpt',
    'items',
    'user_id',
    'permalink',
    'like_count',
    'sora.chatgpt.com',
    'https',
    '12345678',
    '68e6471b',
    's_68e6471b2c8c',
    'SORA',
    'abc',
    'created_with_sora',
  ])('stays, though the key is %j', key => {
    const text = page()
    expect(new Secret(key).strip(text)).toBe(text)
    expect(new Secret(key).strip(text.slice(0, -5)), 'in what is no JSON').toBe(text.slice(0, -5))
  })

  it('stays where only its case is another', () => {
    expect(new Secret(KEY).strip(KEY.toUpperCase())).toBe(KEY.toUpperCase())
  })

  it('is every byte but the strings that hold the key', () => {
    const text = `{ "a" : 1.0,"b":"\\u0041\\/","key":"<${JSON.stringify(KEY).slice(1, -1)}>", "c":1e2 }`
    expect(new Secret(KEY).strip(text)).toBe('{ "a" : 1.0,"b":"\\u0041\\/","key":"<[key]>", "c":1e2 }')
  })

  it('is JSON as before, whatever stands beside the key', () => {
    const key = 'n4f1d0c9a77-xyzw'
    const secret = new Secret(key)
    const around = fc.constantFrom('', '\\', '\n', '"', '\u4f1d', '/', ' ', '\uD800', key, '\\u00')
    fc.assert(
      fc.property(
        fc.array(around, { maxLength: 4 }),
        fc.array(around, { maxLength: 4 }),
        fc.boolean(),
        (before, after, escaped) => {
          const quoted = JSON.stringify(before.join('') + key + after.join(''))
          const text = `{"message":${escaped ? quoted.replaceAll('n4', '\\u006e4') : quoted}}`
          const clean = secret.strip(text)
          expect(clean).not.toContain(key)
          expect(Object.keys(JSON.parse(clean) as object)).toEqual(['message'])
        },
      ),
    )
  })

  it.each([
    ['{"message":"bad key: sk-field-test."}', '{"message":"bad key: [key]."}'],
    [
      '{"message":"?key=sk-field-test&x=1, Bearer%20sk-field-test"}',
      '{"message":"?key=[key]&x=1, Bearer%20[key]"}',
    ],
    ['<p>sk-field-test</p>', '<p>[key]</p>'],
    [
      '{"sk-field-test":"https://x/sk-field-test/1 user-sk-field-test sk-field-test2"}',
      '{"sk-field-test":"https://x/sk-field-test/1 user-sk-field-test sk-field-test2"}',
    ],
  ])('is what surrounds a key that is no random text: %s', (text, clean) => {
    expect(new Secret('sk-field-test').strip(text)).toBe(clean)
    expect(new Secret('sk-field-test').isIn(Buffer.from(text))).toBe(true)
  })
})
