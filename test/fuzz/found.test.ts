import { describe, expect, it } from 'vitest'

import { interpretAnswer, type Meaning } from '../../src/api/answer.js'
import { askedWait } from '../../src/api/asked-wait.js'
import { routes, type Page } from '../../src/api/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import type { PageRows, Subject } from '../../src/db/index.js'

/* What mutated answers have brought to light, each in its smallest form. */

const crawlers = await loadCrawlers()

function meaningOf(name: string, text: string): Meaning {
  const crawler = crawlers.find(one => one.name === name)
  if (crawler === undefined) throw new Error(`there is no crawler ${name}`)
  return interpretAnswer(routes[crawler.route], false, { status: 200, headers: {}, text })
}

function pageOf(name: string, text: string): Page {
  const meaning = meaningOf(name, text)
  if (meaning.kind === 'refusal') throw new Error(meaning.message)
  return meaning.page
}

function rowsOf(name: string, data: unknown, subject: Partial<Subject> = {}): PageRows {
  const page = pageOf(name, JSON.stringify({ data }))
  const rows = crawlers
    .find(one => one.name === name)
    ?.interpret(page, { kind: 'post', id: 's_root', parentId: null, ...subject })
  if (rows === undefined) throw new Error(`there is no crawler ${name}`)
  return rows
}

describe('an answer with status 200', () => {
  it('may begin with a byte order mark', () => {
    expect(pageOf('feed', '\uFEFF{"data":{"items":[{"id":"s_1"}]}}').items).toEqual([{ id: 's_1' }])
  })

  it.each([
    '[[[]]]',
    '[{"toString":1}]',
    '[{"__proto__":null}]',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  ])('that is an error about a field named %.20s is refused like any other', loc => {
    expect(meaningOf('feed', `{"detail":[{"loc":${loc},"msg":"no such field"}]}`)).toMatchObject({
      kind: 'refusal',
      code: 'malformed-answer',
      message: 'no such field',
    })
  })

  it.each(['1e400', '-1e400', '9007199254740993', '123456789012345678901234567890', '1e21'])(
    'whose next cursor is the number %s goes nowhere: that number cannot be sent back as it came',
    cursor => {
      expect(pageOf('feed', `{"data":{"items":[],"cursor":${cursor}}}`)).toMatchObject({
        next: null,
        badCursor: 'the next cursor is a number',
      })
    },
  )

  it.each(['15', '0', '-3', '1767000000.25', '9007199254740991'])(
    'whose next cursor is the number %s goes on there',
    cursor => {
      expect(pageOf('feed', `{"data":{"items":[],"cursor":${cursor}}}`)).toMatchObject({ next: cursor })
    },
  )
})

describe('what a server says of an error', () => {
  it('is kept as valid text, and not at any length', () => {
    const meaning = meaningOf('feed', `{"message":"\\ud83d${'x'.repeat(100_000)}"}`)
    if (meaning.kind === 'page') throw new Error('taken for a page')
    expect(meaning.message).toBe(`\uFFFD${'x'.repeat(299)}`)
  })

  it.each(['a', 'aaa0', 'aaa00:00:0'])('in a header costs no time, however often it says %s', word => {
    const header = word.repeat(Math.ceil(200_000 / word.length))
    const before = process.cpuUsage().user
    expect(askedWait({ 'retry-after': header, 'x-ratelimit-reset': header })).toBeUndefined()
    expect((process.cpuUsage().user - before) / 1_000).toBeLessThan(100)
  })
})

describe('a flat record with a field that wrappers have', () => {
  it.each([null, 's_other', 5, []])('is itself, where that field is %j', post => {
    expect([...rowsOf('feed', { items: [{ id: 's_1', post }] }).posts.keys()]).toEqual(['s_1'])
    expect([...rowsOf('comments', { children: { items: [{ id: 'c1', post }] } }).comments.keys()]).toEqual([
      'c1',
    ])
    expect([
      ...rowsOf('profile', { user_id: 'user-1', profile: post }, { kind: 'user', id: 'user-1' }).users.keys(),
    ]).toEqual(['user-1'])
  })

  it('is set aside where neither has an id', () => {
    expect(
      rowsOf('feed', { items: [{ post: null, profile: null }, { post: {} }] }).rejects.map(
        ({ reason }) => reason,
      ),
    ).toEqual(['post: expected an object, got null', 'post.id: expected an id, got missing'])
  })
})

describe('what is nested too deeply for the JSON functions of SQLite', () => {
  const deep: unknown = JSON.parse('['.repeat(2_000) + ']'.repeat(2_000))

  it('is no link of a user, and is counted', () => {
    const rows = rowsOf('profile', { user_id: 'user-1', social_links: deep }, { kind: 'user', id: 'user-1' })
    expect(rows.users.get('user-1')?.social_links).toBeUndefined()
    expect(rows.drift).toEqual([
      { path: 'profile.social_links', expected: 'links', got: 'nested too deeply' },
    ])
  })

  it('is set aside with a word that is JSON, too', () => {
    expect(
      rowsOf('feed', { items: [{ deep }] }).rejects.map(({ raw }) => JSON.parse(raw) as unknown),
    ).toEqual(['nested too deeply; see the page'])
  })
})
