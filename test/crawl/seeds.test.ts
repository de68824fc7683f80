import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSeed, type Seed } from '../../src/crawl/index.js'

const POST = 's_68e853d2ad448191b3c81e830f53c3a2'
const CHARACTER = 'ch_68e647d78e5081918cdeaf27e7edc735'
const USER = 'user-xiCyLclE6KJcdTXyvVq3Ontc'

function seed(text: string): Seed {
  const parsed = parseSeed(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

const feed: Seed = { text: 'feed', kind: 'feed', id: '' }
const post: Seed = { text: POST, kind: 'link', id: POST }
const name = (handle: string): Seed => ({ text: `@${handle}`, kind: 'handle', id: handle })

describe('a seed', () => {
  it.each<[string, Seed]>([
    ['feed', feed],
    ['  feed\t', feed],
    ['leaderboard', { text: 'leaderboard', kind: 'leaderboard', id: '' }],
    ['search:sam', { text: 'search:sam', kind: 'query', id: 'sam' }],
    ['search: sam ', { text: 'search:sam', kind: 'query', id: 'sam' }],
    ['search:two words', { text: 'search:two words', kind: 'query', id: 'two words' }],
    ['search:猫', { text: 'search:猫', kind: 'query', id: '猫' }],
    ['search:@sam', { text: 'search:@sam', kind: 'query', id: '@sam' }],
    ['search:feed', { text: 'search:feed', kind: 'query', id: 'feed' }],
    [USER, { text: USER, kind: 'user', id: USER }],
    [
      'user-EXAMPLE000000000000000001',
      { text: 'user-EXAMPLE000000000000000001', kind: 'user', id: 'user-EXAMPLE000000000000000001' },
    ],
    [CHARACTER, { text: CHARACTER, kind: 'user', id: CHARACTER }],
    ['@harbour.kite', name('harbour.kite')],
    ['@Rene\u0301', name('Ren\u00e9')],
    ['@Sam_1-x', name('Sam_1-x')],
    ['https://sora.chatgpt.com/profile/harbour.kite', name('harbour.kite')],
    ['https://sora.chatgpt.com/profile/harbour.kite/', name('harbour.kite')],
    ['https://sora.chatgpt.com/profile/harbour.kite?tab=posts#top', name('harbour.kite')],
    ['https://sora.chatgpt.com/profile/Zo%C3%AB', name('Zoë')],
    ['https://SORA.ChatGPT.com/profile/Sam', name('Sam')],
    [POST, post],
    [`https://sora.chatgpt.com/p/${POST}`, post],
    [`https://sora.chatgpt.com/p/${POST}?utm_source=x&y=1`, post],
    [`https://sora.chatgpt.com/p/${POST}#comments`, post],
    [`https://sora.chatgpt.com/p/${POST}/?a=b#c`, post],
    [` https://sora.chatgpt.com/p/${POST} `, post],
    [`sora.chatgpt.com/p/${POST}`, post],
    [`www.sora.chatgpt.com/p/${POST}?x=1`, post],
    [`http://www.sora.chatgpt.com/p/${POST}/#top`, post],
    [`//sora.chatgpt.com/p/${POST}`, post],
    [`@https://sora.chatgpt.com/p/${POST}`, post],
    [`<https://sora.chatgpt.com/p/${POST}>,`, post],
    [`https://sora.chatgpt.com/p/${POST},`, post],
    [`https://sora.chatgpt.com/p/${POST}?a=b;`, post],
    [`https://sora.chatgpt.com/p/${POST},?a=b`, post],
    [`"${POST}",`, post],
    [`${POST}\u200b`, post],
    ['https://sora.chatgpt.com/profile/@sam', name('sam')],
    ['sora.chatgpt.com/profile/@sam/', name('sam')],
    ['@sora.chatgpt.com/profile/sam', name('sam')],
    ['WWW.Sora.ChatGPT.com/profile/Sam', name('Sam')],
    ['https://sora.chatgpt.com/profile/sam%E2%80%8B', name('sam')],
    ['https://sora.chatgpt.com/profile/sa\u00adm', name('sam')],
    ['https://sora.chatgpt.com/profile/sam)', name('sam')],
    ['@sam,', name('sam')],
    ['@sam ;', name('sam')],
    ['@sam)', name('sam')],
    ['(@sam)', name('sam')],
    ['“@sam”,', name('sam')],
    ["'@sam'", name('sam')],
    ['@sora.chatgpt.com', name('sora.chatgpt.com')],
    ['＠sam', name('sam')],
    ['@sam\u200b', name('sam')],
    ['\u202a@sam\u202c', name('sam')],
    ['@\u202asam\u202c', name('sam')],
    ['@\u2060sam', name('sam')],
    ['@sa\u00adm', name('sam')],
    ['\ufeff@sam\u00a0', name('sam')],
    ['@sam\ufe0f', name('sam')],
    ['@sa\u3164m', name('sam')],
    ['@sam\u3000', name('sam')],
    ['@Zoe\u0308', name('Zoë')],
    ['@Zoe\u200b\u0308', name('Zoë')],
    ['feed,', feed],
    ['\u200bfeed\u200b', feed],
    ['"feed"', feed],
    ['"search:sam",', { text: 'search:sam', kind: 'query', id: 'sam' }],
    ['search:sam,', { text: 'search:sam', kind: 'query', id: 'sam' }],
    ['search:\u200bsa\u00adm\u200b', { text: 'search:sam', kind: 'query', id: 'sam' }],
    ['search:"two words"', { text: 'search:"two words"', kind: 'query', id: '"two words"' }],
    ['search:می\u200cخواهم', { text: 'search:می\u200cخواهم', kind: 'query', id: 'می\u200cخواهم' }],
    ['search:Zoe\u0308', { text: 'search:Zoë', kind: 'query', id: 'Zoë' }],
  ])('is read from %j', (text, expected) => {
    expect(parseSeed(text)).toEqual(expected)
  })

  it.each([
    '',
    ' ',
    'Feed',
    'feeds',
    'FEED',
    'sam',
    'search',
    'search:',
    'search:  ',
    '@',
    '@two words',
    '@a/b',
    '@@sam',
    '@sam?x',
    'user-',
    'user_abc',
    'user- abc',
    'ch_',
    's_',
    's_abc def',
    `${POST}?x=1`,
    'x_123',
    '68e659c5a37081919618c57baf499d0c',
    'task_01k7',
    'gen_01k7',
    'user-abc,user-def',
    "user-a'; --",
    'https://',
    'https://sora.chatgpt.com/',
    'https://sora.chatgpt.com/p/',
    'https://sora.chatgpt.com/p/68e853d2',
    `https://sora.chatgpt.com/p/${USER}`,
    `https://sora.chatgpt.com/p/${POST}/more`,
    'https://sora.chatgpt.com/profile/',
    'https://sora.chatgpt.com/profile/a/b',
    'https://sora.chatgpt.com/profile/a%2Fb',
    'https://sora.chatgpt.com/profile/%',
    'https://sora.chatgpt.com/profile/a%20b',
    `https://example.org/p/${POST}`,
    `https://sora.chatgpt.com.example.org/p/${POST}`,
    `https://example.org/?https://sora.chatgpt.com/p/${POST}`,
    `ftp://sora.chatgpt.com/p/${POST}`,
    'https://sora.chatgpt.com/explore',
    `evil.example/sora.chatgpt.com/p/${POST}`,
    `sora.chatgpt.com.evil.example/p/${POST}`,
    `https://sam@sora.chatgpt.com.evil.example/p/${POST}`,
    '@\u200b',
    '@\u202a\u202c',
    '\u2060',
    '@,',
    '@sam,@omar',
    '@sam;omar',
    '@sam(1)',
    '@sa\u00a0m',
    '@sa\u2003m',
    '@...',
    '@-',
    '"@',
    'https://sora.chatgpt.com/profile/%E2%80%8B',
    'https://sora.chatgpt.com/profile/a,b',
    '@<b>',
    '@=cmd()',
    'search:\u200b',
    'search:,',
    '@sam\u0007',
  ])('is none: %j', text => {
    expect(parseSeed(text)).toEqual({ problem: expect.any(String) as string })
  })

  it('spells out what cannot be seen where it is refused', () => {
    expect(parseSeed('@\u200b')).toEqual({ problem: '"@\\u{200b}" is no handle' })
  })

  it('says what is wrong and repeats what was given', () => {
    expect(parseSeed('sam')).toEqual({ problem: expect.stringContaining('"sam"') as string })
    expect(parseSeed('https://example.org/x')).toEqual({
      problem: expect.stringContaining('https://example.org/x') as string,
    })
  })

  it.each([
    [[POST, `https://sora.chatgpt.com/p/${POST}`, `https://sora.chatgpt.com/p/${POST}?x=1#y`]],
    [['@kite', 'https://sora.chatgpt.com/profile/kite', ' https://sora.chatgpt.com/profile/kite/ ']],
    [['search:sam', 'search: sam']],
  ])('has one normal form, however it was written: %j', texts => {
    expect(new Set(texts.map(text => JSON.stringify(seed(text)))).size).toBe(1)
  })

  it('keeps what may matter to the API: case, dots, digits', () => {
    expect(seed('@Sam').text).not.toBe(seed('@sam').text)
    expect(seed('search:Sam').text).not.toBe(seed('search:sam').text)
    expect(seed('user-AbC').id).toBe('user-AbC')
  })
})

describe('the normal form of a seed', () => {
  const word = fc.stringMatching(/^[\w.-]{1,30}$/)
  const written = fc.oneof(
    fc.constantFrom('feed', 'leaderboard'),
    fc.string({ unit: 'binary' }).map(text => `search:${text}`),
    fc.string({ unit: 'binary' }).map(text => `@${text}`),
    word.map(text => `user-${text}`),
    word.map(text => `ch_${text}`),
    word.map(text => `s_${text}`),
    word.map(text => `https://sora.chatgpt.com/p/s_${text}?${text}#${text}`),
    fc
      .string({ unit: 'binary' })
      .filter(text => text.isWellFormed())
      .map(text => `https://sora.chatgpt.com/profile/${encodeURIComponent(text)}`),
    fc.string({ unit: 'binary' }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
  )

  it('is read as itself', () => {
    fc.assert(
      fc.property(written, text => {
        const parsed = parseSeed(text)
        if ('problem' in parsed) return
        expect(parseSeed(parsed.text)).toEqual(parsed)
        expect(parseSeed(`  ${parsed.text}\n`)).toEqual(parsed)
      }),
      { numRuns: 5_000 },
    )
  })

  it('is told apart from every other by kind and id', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [left, right] = [parseSeed(a), parseSeed(b)]
        if ('problem' in left || 'problem' in right) return
        expect(left.text === right.text).toBe(left.kind === right.kind && left.id === right.id)
      }),
      { numRuns: 5_000 },
    )
  })
})
