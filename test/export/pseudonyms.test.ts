import { array, assert, constantFrom, property } from 'fast-check'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { isPlain } from '../../src/db/pseudonymized-copy.js'
import { Pseudonyms } from '../../src/export/pseudonyms.js'
import { TEXTS } from '../support/world/texts.js'

const KEY = Buffer.from('0123456789abcdef0123456789abcdef')
const PSEUDONYM = /pseudo-(user|character|post|file|id|name)-[bcdfghjkmnpqrtvw]{24}/g

function knowing(...names: readonly string[]): Pseudonyms {
  const pseudonyms = new Pseudonyms(KEY)
  for (const name of names) pseudonyms.know('name', name)
  return pseudonyms
}

/** Each pseudonym as its kind alone. */
const shape = (text: string): string => text.replaceAll(PSEUDONYM, '<$1>')

describe('an id', () => {
  const { id, other } = {
    id: new Pseudonyms(KEY),
    other: new Pseudonyms(Buffer.from('another key of thirty-two bytes!')),
  }

  it('has one pseudonym under a key, and another under another', () => {
    expect(id.id('user-El4dMfbZcU250Ns8qJqPWCEl')).toMatch(/^pseudo-user-[bcdfghjkmnpqrtvw]{24}$/)
    expect(id.id('user-a')).toBe(new Pseudonyms(KEY).id('user-a'))
    expect(id.id('user-a')).not.toBe(id.id('user-b'))
    expect(id.id('user-a')).not.toBe(other.id('user-a'))
    expect(id.fingerprint).not.toBe(other.fingerprint)
  })

  it.for([
    ['user-x', 'pseudo-user-'],
    ['ch_x', 'pseudo-character-'],
    ['s_x', 'pseudo-post-'],
    ['s_x-attachment-0', 'pseudo-post-'],
    ['gen_x', 'pseudo-file-'],
    ['0123456789abcdef0123456789abcdef', 'pseudo-id-'],
  ] as const)('tells its kind, and nothing else: %s', ([text, beginning]) => {
    expect(id.id(text)).toMatch(new RegExp(`^${beginning}[bcdfghjkmnpqrtvw]{24}$`))
  })

  it('is not told by its case: ids that differ in it are two', () => {
    expect(id.id('user-A')).not.toBe(id.id('user-a'))
  })

  it('comes back whatever was asked in between', () => {
    const made = Array.from({ length: 60_000 }, (_, n) => id.id(`user-${n}`))
    expect(new Set(made).size).toBe(60_000)
    expect(id.id('user-7')).toBe(made[7])
  })
})

describe('a name', () => {
  const pseudonyms = knowing()

  it('has one pseudonym however it is spelled', () => {
    const spellings = ['Élodie', 'élodie', 'E\u0301LODIE', '\u{1D404}\u0301lodie', ' Élodie ', 'Élo\u200Bdie']
    expect(new Set(spellings.map(name => pseudonyms.name(name))).size).toBe(1)
    expect(pseudonyms.name('elodie')).not.toBe(pseudonyms.name('élodie'))
  })

  it('that is empty stays so, and so does one of which nothing can be seen', () => {
    expect(['', ' ', '\u200B'].map(name => pseudonyms.name(name))).toEqual(['', '', ''])
  })
})

describe('a seed', () => {
  it.for([
    ['feed', 'feed'],
    ['leaderboard', 'leaderboard'],
    ['@ann', '@<name>'],
    ['search:ann', 'search:<name>'],
    ['user-1', '<user>'],
    ['s_1', '<post>'],
  ] as const)('%s becomes %s', ([seed, expected]) => {
    expect(shape(knowing().seed(seed))).toBe(expected)
  })

  it('of a handle has the pseudonym of the handle', () => {
    const pseudonyms = knowing()
    expect(pseudonyms.seed('@Ann')).toBe(`@${pseudonyms.name('ann')}`)
  })
})

describe('in a text', () => {
  const names = [
    'Sam',
    'a',
    'the',
    'sam.harbour2',
    'mole_',
    'x.y.z',
    '\u{1F525}',
    'Ann  Lee',
    'C++ (dev)',
    '.*',
    '$&',
    '[a-z]+',
    '风筝',
    'Élodie',
    '@SUM(A1:A9)',
    '-',
    'İpek',
    'ΟΔΟΣ',
    'จอห์น',
    "O'Neil",
    '100%',
  ]

  it.for([
    ['hi @sam. And SAM, samantha', 'hi @<name>. And <name>, samantha'],
    ['@unknown.person! and ＠Unknown.Person', '@<name>! and @<name>'],
    ['A cat on the mat; THE END', '<name> cat on <name> mat; <name> END'],
    ['xsam.harbour2y', 'x<name>y'],
    ['hi_sam_hi, sam\u2019s, #sam', 'hi_<name>_hi, <name>\u2019s, #<name>'],
    ['sam1 1sam sa m', 'sam1 1sam sa m'],
    ['\u{1F525}\u{1F525} wow', '<name><name> wow'],
    ['thanks ann lee and Ann  Lee', 'thanks <name> and <name>'],
    ['write C++ (dev) .* $& [a-z]+ .', 'write <name> <name> <name> <name> .'],
    ['我的风筝在', '我的<name>在'],
    ['สวัสดีจอห์นครับ', 'สวัสดี<name>ครับ'],
    ['ÉLODIE, E\u0301lodie, elodie', '<name>, <name>, elodie'],
    ['\u{1D4E2}\u{1D4EA}\u{1D4F6} ｓａｍ s\u200Bam', '<name> <name> <name>'],
    ['i\u0307pek İPEK', '<name> <name>'],
    ['οδος Οδός οδοσ', '<name> Οδός <name>'],
    ["o'neil gave 100% today", '<name> gave <name> today'],
    ['=@SUM(A1:A9)', '=<name>'],
    ['İİİ sam', 'İİİ <name>'],
  ] as const)('names are found: %s', ([text, expected]) => {
    expect(shape(knowing(...names).text(text))).toBe(expected)
  })

  it.for([
    ['see https://sora.chatgpt.com/profile/ann?x=1#y, it', 'see [link] it'],
    ['HTTP://EXAMPLE.ORG www.example.org/u/ann example.com', '[link] [link] [link]'],
    ['sora.chatgpt.com/p/s_1', '[link]'],
    ['write to jane.doe+x@mail.example.org!', 'write to [address]!'],
    ['user-El4dMfbZcU250Ns8qJqPWCEl’s s_68e4d1ab5f0c81918e4b3c9d2f6a7b10', '<user>’s <post>'],
    ['xuser-El4dMfbZcU250Ns8qJqPWCEl', 'x<user>'],
    ['deadbeefdeadbeefdeadbeefdeadbeef', '<id>'],
    [
      'user-generated end-user-experience, users_2024_report, e.g. this.',
      'user-generated end-user-experience, users_2024_report, e.g. this.',
    ],
    ['3.14 at 12:30, v1.2.3', '3.14 at 12:30, v1.2.3'],
  ] as const)('ids, links and addresses are found, known or not: %s', ([text, expected]) => {
    expect(shape(knowing().text(text))).toBe(expected)
  })

  it('an id of another form is found if it is known, and has the pseudonym of its column', () => {
    const pseudonyms = new Pseudonyms(KEY)
    for (const id of ['user-ann', 's_1', 'odd id', '7']) pseudonyms.know('id', id)
    const text = pseudonyms.text('user-ann on s_1, s_12 and odd id 7.')
    expect(text).toBe(
      `${pseudonyms.id('user-ann')} on ${pseudonyms.id('s_1')}, s_12 and ` +
        `${pseudonyms.id('odd id')} ${pseudonyms.id('7')}.`,
    )
  })

  it('a mention has the pseudonym that the column of handles has, as far as the handle goes', () => {
    const pseudonyms = knowing('jane+doe', 'Sam')
    expect(pseudonyms.text('@sam @jane+doe')).toBe(
      `@${pseudonyms.name('Sam')} @${pseudonyms.name('jane+doe')}`,
    )
  })

  it('in which nobody is named nothing changes', () => {
    for (const text of TEXTS.filter(one => !/@|user-|https?:/.test(one)))
      expect(knowing('nobody').text(text)).toBe(text)
  })

  it('of any length and kind it takes time in proportion to that', () => {
    const long = [
      'x',
      '@a.',
      'user-',
      'a.',
      'a@',
      'a://',
      '\u0301',
      'é',
      'ann ',
      'user-a-',
      '_',
      '\u{1F525}',
      'a@a.',
      'www.',
      '-',
    ].map(piece => piece.repeat(300_000 / piece.length))
    const pseudonyms = knowing('ann', 'an', 'aaaa', 'x'.repeat(5_000), 'x'.repeat(9_000))
    for (const text of long) {
      const before = process.cpuUsage().user
      pseudonyms.text(text)
      expect.soft((process.cpuUsage().user - before) / 1_000, text.slice(0, 8)).toBeLessThan(3_000)
    }
  })
})

/**
 * Said by another algorithm: whether a name stands in a text as a word, spellings that differ in case or form
 * taken as equal.
 */
function isIn(name: string, text: string): boolean {
  const plain = (one: string): string =>
    one
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll('ς', 'σ')
      .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
  const [needle, hay] = [plain(name).trim(), plain(text)]
  if (needle === '') return false
  const isWord = (character: string | undefined): boolean =>
    character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character)
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) {
    const before = Array.from(hay.slice(0, at)).at(-1)
    const [after] = hay.slice(at + needle.length)
    if (!(isWord(before) && isWord(needle[0])) && !(isWord(needle.at(-1)) && isWord(after))) return true
  }
  return false
}

describe('whatever people are called and write', () => {
  const word = constantFrom(
    'ann',
    'Ann',
    'anna',
    'sam',
    'a',
    'the',
    'x.y',
    'mole_',
    '\u{1F525}',
    '\u{1F468}\u200D\u{1F469}',
    'é',
    'e\u0301',
    '风',
    '筝',
    '.',
    '*',
    '$&',
    '\\',
    '@',
    '-',
    'ς',
    'Σ',
    'İ',
    'ß',
    '\u0301',
    '\u200B',
    ' ',
    '\n',
    '1',
    '_',
    'ｓ',
    '\u0000',
  )
  const text = array(word, { maxLength: 12 }).map(words => words.join(''))

  it('no known name is left in a text', () => {
    assert(
      property(array(text, { maxLength: 6 }), text, (names, body) => {
        const left = knowing(...names)
          .text(body)
          .replaceAll(new RegExp(`@?${PSEUDONYM.source}`, 'g'), 'pseudonym')
        for (const name of names) expect(isIn(name, left)).toBe(false)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('ids that are not told to the replacer', () => {
  const sqlite = new Database(':memory:')
  const isPlainId = sqlite
    .prepare<[string], 0 | 1>(`SELECT ${isPlain('value')} FROM (SELECT ? AS value)`)
    .pluck()

  it('are found in texts by their form', () => {
    const piece = constantFrom(
      'user-',
      's_',
      'ch_',
      'gen_',
      '0',
      '7',
      'a',
      'F',
      'Z',
      '-',
      '_',
      'ab12',
      '0123456789abcdef',
      'é',
      '.',
      ' ',
      '\0',
    )
    let plain = 0
    assert(
      property(array(piece, { minLength: 1, maxLength: 24 }), pieces => {
        const id = pieces.join('')
        if (isPlainId.get(id) !== 1) return
        plain += 1
        expect(new Pseudonyms(KEY).text(`see ${id}, or (${id})`)).not.toContain(id)
      }),
      { numRuns: 20_000 },
    )
    expect(plain).toBeGreaterThan(100)
  })

  it.each([
    'user-8e1c7ff3a451721ea2f7043c',
    's_6960d6ff2ac88191b1ae0b39b26a0b9c',
    'ch_6960d6ff2ac88191b1ae0b39b26a0b9c',
    '0123456789abcdef0123456789ABCDEF',
  ])('are those of the platform: %s', id => {
    expect(isPlainId.get(id)).toBe(1)
  })
})
