import { describe, expect, it } from 'vitest'
import { openEnvelope, UnreadableBody, type Page, type Shape } from '../../src/api/index.js'
import { errorText } from '../../src/api/failures.js'

const open = (body: unknown, shape: Shape = 'items'): Page => openEnvelope(JSON.stringify(body), shape)

const tikhub = (data: unknown): unknown => ({
  code: 200,
  request_id: '1111',
  message: 'Request successful. This request will incur a charge.',
  message_zh: '…',
  support: '…',
  time: '2026-01-02 03:04:05',
  time_stamp: 1_767_351_845,
  time_zone: 'America/Los_Angeles',
  docs: 'https://…',
  cache_message: '…',
  cache_message_zh: '…',
  cache_url: 'https://cache.tikhub.io/api/v1/cache/public/3333?sign=00ff',
  router: '/api/v1/sora2/get_feed',
  params: {},
  data,
})
const tikomni = (data: unknown): unknown => ({
  code: 200,
  request_id: '1111',
  message: 'ok',
  message_zh: '…',
  router: '/api/u1/v1/sora2/get_feed',
  data,
})

describe('the success envelope', () => {
  it.each([
    ['TikHub’s, with all its fields', tikhub],
    ['TikOmni’s, without links', tikomni],
    ['one with nothing but data', (data: unknown) => ({ data })],
    ['one that an HTTP 201 might have had', (data: unknown) => ({ code: 201, data })],
    [
      'one with fields that nobody knows',
      (data: unknown) => ({ data, error: null, detail: null, shiny: [1, 2] }),
    ],
  ])('is opened: %s', (_, wrap) => {
    const page = open(wrap({ items: [{ id: 1 }, null], cursor: 'c=' }))
    expect(page).toEqual({ items: [{ id: 1 }, null], next: 'c=', hasMore: undefined, root: undefined })
  })

  it('may hold its records as a bare list', () => {
    expect(open({ data: [{ id: 's_1' }] })).toEqual({
      items: [{ id: 's_1' }],
      next: null,
      hasMore: undefined,
      root: undefined,
    })
  })

  it('may hold null for no records', () => {
    expect(open({ data: { items: null, cursor: null } }).items).toEqual([])
  })

  it.each([
    [{ cursor: null }, null],
    [{}, null],
    [{ cursor: '' }, null],
    [{ cursor: 'abc==' }, 'abc=='],
    [{ cursor: ' ' }, ' '],
  ])('says where the listing goes on: %j', (fields, next) => {
    expect(open({ data: { items: [], ...fields } }).next).toBe(next)
  })

  it('takes a number for a cursor, since it can be sent as one', () => {
    expect(open({ data: { items: [], cursor: 42 } }).next).toBe('42')
    expect(open({ data: { items: [], cursor: 0 } }).next).toBe('0')
  })

  it.each([[{ offset: 15 }], [['a']], [true], ['\uD800']])(
    'does not take a cursor that cannot be sent for the end of the listing: %j',
    cursor => {
      const page = open({ data: { items: [{ id: 's_1' }], cursor } })
      expect(page.next).toBeNull()
      expect(page.badCursor).toMatch(/cursor is/)
    },
  )

  it.each([
    [{ has_more: true }, true],
    [{ has_more: false }, false],
    [{ has_more: 1 }, true],
    [{ has_more: 0 }, false],
    [{ has_more: 'true' }, true],
    [{ has_more: 'False' }, false],
    [{ has_more: '1' }, true],
    [{ has_more: ' 0 ' }, false],
    [{ has_more: null }, undefined],
    [{}, undefined],
  ])('says itself whether there is more: %j', (fields, hasMore) => {
    const page = open({ data: { items: [], ...fields } })
    expect([page.hasMore, page.drift]).toEqual([hasMore, undefined])
  })

  it.each([
    ['yes', 'a string'],
    ['', 'a string'],
    [2, 'a number'],
    [-1, 'a number'],
    [[true], 'a list'],
    [{}, 'an object'],
  ])('says nothing by what is neither yes nor no, which is noted: %j', (has_more, got) => {
    const page = open({ data: { items: [], has_more } })
    expect(page.hasMore).toBeUndefined()
    expect(page.drift).toMatchObject([{ path: 'page.has_more', got: got.replace(/^an? /, '') }])
  })
})

describe('a comment tree', () => {
  const items = [{ id: 'c1' }]

  it('has its records, cursor and has_more under children', () => {
    const page = open({ data: { children: { items, cursor: 'x', has_more: true } } }, 'children')
    expect(page).toMatchObject({ items, next: 'x', hasMore: true })
  })

  it('may have its cursor and has_more beside children', () => {
    expect(open({ data: { children: { items }, cursor: 'y', has_more: false } }, 'children')).toMatchObject({
      items,
      next: 'y',
      hasMore: false,
    })
  })

  it('believes the cursor under children first', () => {
    expect(open({ data: { children: { items, cursor: 'x' }, cursor: 'y' } }, 'children').next).toBe('x')
  })

  it('shows its root beside the records', () => {
    const data = {
      post: { id: 's_1' },
      profile: { user_id: 'user-a' },
      children: { items: [], cursor: null },
    }
    expect(open({ data }, 'children').root).toEqual(data)
  })

  it.each([
    ['children as a bare list', { children: items }],
    ['the records at the top, without children', { items }],
    ['a bare list', items],
  ])('is read with %s', (_, data) => {
    expect(open({ data }, 'children').items).toEqual(items)
  })

  it('has no comments where children are null', () => {
    expect(open({ data: { children: null } }, 'children')).toMatchObject({ items: [], next: null })
  })
})

describe('a single answer', () => {
  it.each([
    [
      'post',
      { post: { id: 's_1' }, profile: { user_id: 'user-a' } },
      { post: { id: 's_1' }, profile: { user_id: 'user-a' } },
    ],
    ['post', { id: 's_1' }, { id: 's_1' }],
    ['profile', { profile: { user_id: 'user-a' } }, { user_id: 'user-a' }],
    ['profile', { user_id: 'user-a' }, { user_id: 'user-a' }],
    ['profile', { profile: { user_id: 'user-a' }, my_info: {} }, { user_id: 'user-a' }],
    ['task', { id: 'task_1', priority: 1 }, { id: 'task_1', priority: 1 }],
  ] as const)('is one record that nothing follows: %s %j', (shape, data, record) => {
    expect(open({ data }, shape)).toEqual({ items: [record], next: null, hasMore: false, root: undefined })
  })
})

describe('a 200 that is no answer', () => {
  const unreadable: [string, string, RegExp][] = [
    ['nothing', '', /empty/],
    ['white space', ' \n', /empty/],
    ['HTML', '<!DOCTYPE html><html></html>', /HTML/],
    ['HTML without a doctype', '\n<html lang="en"></html>', /HTML/],
    ['text', 'ok', /not JSON/],
    ['half an answer', '{"code":200,"data":{"ite', /cut off/],
    ['a list', '[]', /list/],
    ['a string', '"ok"', /string/],
    ['null', 'null', /null/],
    ['an object without data', '{"code":200}', /no data/],
    ['data that is null', '{"code":200,"data":null}', /no data/],
    ['a message instead of data', '{"code":200,"message":"upstream busy","data":null}', /upstream busy/],
    [
      'an error inside the data',
      '{"code":200,"data":{"error":{"message":"The server is overloaded","code":"overloaded"}}}',
      /overloaded/,
    ],
    ['an error beside no data', '{"error":{"code":"x","message":"boom"}}', /boom/],
    ['a detail beside no data', '{"detail":"Not Found"}', /Not Found/],
    [
      'another code than 200',
      '{"code":400,"message":"Request failed. Please retry.","data":{"items":[]}}',
      /Please retry/,
    ],
    ['data that is a number', '{"data":5}', /number/],
    ['records that are no list', '{"data":{"items":{"0":{}}}}', /object/],
    ['no records at all', '{"data":{"cursor":"x"}}', /missing/],
  ]

  it.each(unreadable)('cannot be read, and says why: %s', (_, body, why) => {
    expect(() => openEnvelope(body, 'items')).toThrow(UnreadableBody)
    expect(() => openEnvelope(body, 'items')).toThrow(why)
  })

  it('cannot be read where it is nested without end, and breaks nothing', () => {
    const deep = (key: string, depth: number): string => `{"${key}":`.repeat(depth) + '1' + '}'.repeat(depth)
    for (const key of ['detail', 'error', 'data'])
      expect(() => openEnvelope(deep(key, 50_000), 'items'), key).toThrow(UnreadableBody)
  })
})

describe('the words of an error', () => {
  it.each([
    [
      'TikHub’s detail',
      {
        detail: {
          code: 400,
          request_id: '5',
          message: 'Request failed. Please retry.',
          message_zh: '…',
          router: '…',
        },
      },
      'Request failed. Please retry.',
    ],
    [
      'FastAPI’s validation list',
      { detail: [{ loc: ['query', 'post_id'], msg: 'Field required', type: 'missing' }] },
      'query.post_id: Field required',
    ],
    [
      'two validation errors',
      {
        detail: [
          { loc: ['query', 'a'], msg: 'bad' },
          { loc: ['query', 'b'], msg: 'worse' },
        ],
      },
      'query.a: bad; query.b: worse',
    ],
    ['FastAPI’s text', { detail: 'Not Found' }, 'Not Found'],
    [
      'TikOmni’s flat form',
      { code: 402, request_id: '6', message: 'insufficient credits', message_zh: '余额不足' },
      'insufficient credits',
    ],
    [
      'TikOmni’s key check',
      { error: { code: 'invalid_api_key', message: 'Incorrect key' } },
      'Incorrect key',
    ],
    ['a key check without words', { error: { code: 'invalid_api_key' } }, 'invalid_api_key'],
    ['an error that is text', { error: 'nope' }, 'nope'],
    ['Chinese alone', { code: 400, message_zh: '请求失败，请重试。' }, '请求失败，请重试。'],
    ['empty English', { message: '', message_zh: '请重试' }, '请重试'],
    ['nothing', {}, undefined],
    ['an empty list', { detail: [] }, undefined],
    ['null', null, undefined],
    ['a number', { code: 500 }, undefined],
  ])('are found in %s', (_, body, words) => {
    expect(errorText(body)).toBe(words)
  })
})
