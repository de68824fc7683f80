import { describe, expect, it } from 'vitest'
import { routes } from '../../src/api/index.js'
import { interpretAnswer, type HttpAnswer, type Meaning } from '../../src/api/answer.js'
import { AppError, type ErrorCode, type Recovery } from '../../src/errors.js'

function meaning(
  status: number,
  body: unknown,
  { cursor = false, headers = {} as HttpAnswer['headers'] } = {},
): Meaning {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return interpretAnswer(routes.get_user_posts, cursor, { status, headers, text })
}

const flat = (code: number, message: string): unknown => ({
  code,
  request_id: '1',
  message,
  message_zh: '…',
  router: '/api/u1/v1/sora2/get_user_posts',
})
const detail = (code: number, message: string): unknown => ({ detail: flat(code, message) })
const HTML = '<!doctype html><html><body>502 Bad Gateway</body></html>'
const RETRY = 'Request failed. Please retry.'

interface Line {
  readonly status: number
  readonly body: unknown
  readonly cursor?: boolean
  readonly code: ErrorCode
  readonly recovery: Recovery
}

/**
 * Every line of the contract's table of answers that is not a page: what it is called and what is done about
 * it.
 */
const TABLE: Record<string, Line> = {
  'a 200 whose body is cut off': {
    status: 200,
    body: '{"data":{"items":[',
    code: 'malformed-answer',
    recovery: 'retry',
  },
  'a 200 that is not JSON': { status: 200, body: 'OK', code: 'malformed-answer', recovery: 'retry' },
  'a 200 that is HTML': { status: 200, body: HTML, code: 'malformed-answer', recovery: 'retry' },
  'a 200 without data': { status: 200, body: { code: 200 }, code: 'malformed-answer', recovery: 'retry' },
  'a 200 with an error inside': {
    status: 200,
    body: { data: { error: { message: 'overloaded' } } },
    code: 'malformed-answer',
    recovery: 'retry',
  },
  'a 400 that says retry': {
    status: 400,
    body: detail(400, RETRY),
    code: 'asked-to-retry',
    recovery: 'retry',
  },
  'a flat 400 that says retry, at a cursor': {
    status: 400,
    body: flat(400, RETRY),
    cursor: true,
    code: 'asked-to-retry',
    recovery: 'retry',
  },
  'a 400 that says retry in Chinese alone': {
    status: 400,
    body: { code: 400, message_zh: '请求失败，请重试。' },
    code: 'asked-to-retry',
    recovery: 'retry',
  },
  'a 400 at a cursor': {
    status: 400,
    body: detail(400, 'Invalid cursor.'),
    cursor: true,
    code: 'dead-cursor',
    recovery: 'restart',
  },
  'a 400 at a cursor, without a word': {
    status: 400,
    body: '',
    cursor: true,
    code: 'dead-cursor',
    recovery: 'restart',
  },
  'a 400 at the top': {
    status: 400,
    body: flat(400, 'user_id is not valid'),
    code: 'bad-request',
    recovery: 'skip',
  },
  'a 422': {
    status: 422,
    body: { detail: [{ loc: ['query', 'user_id'], msg: 'Field required' }] },
    code: 'bad-request',
    recovery: 'skip',
  },
  'a 422 at a cursor': {
    status: 422,
    body: { detail: [] },
    cursor: true,
    code: 'bad-request',
    recovery: 'skip',
  },
  'a 401': {
    status: 401,
    body: { error: { code: 'invalid_api_key', message: 'bad key' } },
    code: 'key-refused',
    recovery: 'stop',
  },
  'a 402': { status: 402, body: flat(402, 'insufficient credits'), code: 'balance-empty', recovery: 'stop' },
  'a 403 that says private': {
    status: 403,
    body: detail(403, 'This account is private.'),
    code: 'private',
    recovery: 'mark',
  },
  'a 403 about the key': {
    status: 403,
    body: flat(403, 'Your key has no scope for this route'),
    code: 'key-forbidden',
    recovery: 'stop',
  },
  'a 403 about a quota': {
    status: 403,
    body: flat(403, 'Daily quota exceeded'),
    code: 'quota-spent',
    recovery: 'stop',
  },
  'a 403 about the balance': {
    status: 403,
    body: flat(403, 'Insufficient balance'),
    code: 'balance-empty',
    recovery: 'stop',
  },
  'a 403 that does not say': {
    status: 403,
    body: flat(403, 'Forbidden'),
    code: 'forbidden',
    recovery: 'stop',
  },
  'a 403 that is no JSON': { status: 403, body: 'error code: 1020', code: 'blocked', recovery: 'stop' },
  'a 404': { status: 404, body: detail(404, 'User not found.'), code: 'gone', recovery: 'mark' },
  'a 404 in FastAPI’s words': { status: 404, body: { detail: 'Not Found' }, code: 'gone', recovery: 'mark' },
  'a 410': { status: 410, body: '', code: 'gone', recovery: 'mark' },
  'a 429': { status: 429, body: flat(429, 'slow down'), code: 'rate-limited', recovery: 'wait' },
  'a 429 that is HTML': { status: 429, body: HTML, code: 'rate-limited', recovery: 'wait' },
  'a 500': {
    status: 500,
    body: detail(500, 'Internal Server Error'),
    code: 'server-error',
    recovery: 'retry',
  },
  'a 502 that is HTML': { status: 502, body: HTML, code: 'server-error', recovery: 'retry' },
  'a 503 without a body': { status: 503, body: '', code: 'server-error', recovery: 'retry' },
  'a 504': { status: 504, body: '{}', code: 'server-error', recovery: 'retry' },
  'a 529': { status: 529, body: '{}', code: 'server-error', recovery: 'retry' },
  'a 403 that is HTML, of a CDN': { status: 403, body: HTML, code: 'blocked', recovery: 'stop' },
  'a 400 that is HTML': { status: 400, body: HTML, cursor: true, code: 'server-error', recovery: 'retry' },
  'a 408': { status: 408, body: '{}', code: 'server-error', recovery: 'retry' },
  'a 425': { status: 425, body: '{}', code: 'server-error', recovery: 'retry' },
  'a redirect': { status: 302, body: '', code: 'redirected', recovery: 'stop' },
  'a redirect that is HTML': { status: 301, body: HTML, code: 'redirected', recovery: 'stop' },
  'a 304': { status: 304, body: '', code: 'redirected', recovery: 'stop' },
  'another 2xx': { status: 204, body: '', code: 'server-error', recovery: 'retry' },
  'a 405': { status: 405, body: { detail: 'Method Not Allowed' }, code: 'bad-request', recovery: 'skip' },
}

/** What a 200 means whose envelope tells of a failure, in the dialects of the gateways. */
const INSIDE: [unknown, ErrorCode][] = [
  [{ code: 401, message: 'bad key', data: null }, 'key-refused'],
  [{ code: '402', message: 'insufficient credits', data: { items: [] } }, 'balance-empty'],
  [{ code: ' 402 ', data: null }, 'balance-empty'],
  [{ code: '403', message: 'This account is private', data: null }, 'private'],
  [{ code: 403, message: 'Daily quota exceeded', data: {} }, 'quota-spent'],
  [{ code: 403, message: 'Forbidden' }, 'forbidden'],
  [{ code: 404, message: 'User not found', data: { items: [] } }, 'gone'],
  [{ code: '410', data: null }, 'gone'],
  [{ code: 429, message: 'slow down' }, 'rate-limited'],
  [{ code: '400', message: RETRY, data: { items: [] } }, 'asked-to-retry'],
  [{ code: 400, message: 'no such user_id', data: { items: [] } }, 'bad-request'],
  [{ code: '422.0', data: { items: [] } }, 'bad-request'],
  [{ code: 500, message: 'oops', data: { items: [] } }, 'server-error'],
  [{ code: '503' }, 'server-error'],
  [{ detail: { code: 402, message: 'insufficient credits' } }, 'balance-empty'],
  [{ detail: { code: '401', message: 'bad key' }, data: { items: [] } }, 'key-refused'],
  [{ error: { code: 401, message: 'bad key' } }, 'key-refused'],
  [{ error: { code: 'invalid_api_key', message: 'bad key' }, data: { items: [] } }, 'key-refused'],
  [{ error: { code: 'insufficient_quota', message: 'none left' } }, 'balance-empty'],
  [{ code: 200, data: { error: { code: 402, message: 'insufficient credits' } } }, 'balance-empty'],
  [{ code: 200, data: { code: 404, message: 'not found' } }, 'gone'],
  [{ status_code: 402, data: { items: [] } }, 'balance-empty'],
  [{ status: '401', data: { items: [] } }, 'key-refused'],
  [{ code: 200, success: false, status_code: 429, data: null }, 'rate-limited'],
  [{ success: false, message: 'failed', data: { items: [] } }, 'malformed-answer'],
  [{ success: 'false', data: { items: [] } }, 'malformed-answer'],
  [{ code: 40_001, message: 'internal', data: { items: [] } }, 'malformed-answer'],
  [{ error: { message: 'upstream failed' }, data: { items: [] } }, 'malformed-answer'],
  [{ error: { code: { toString: 1 }, message: 'upstream failed' }, data: { items: [] } }, 'malformed-answer'],
]

/** Words of success, beside a page. */
const SUCCESS: unknown[] = [
  { code: 0 },
  { code: '0' },
  { code: 200 },
  { code: '200' },
  { code: 'ok' },
  { code: null },
  { status_code: 0 },
  { status: 'success' },
  { success: true },
  { success: 'true' },
  { success: null },
  { error: null },
  { error: '' },
  { error: {} },
  { error: false },
  { error: { code: 'ok', message: '', log_id: '1' } },
  { error: { code: 0, message: 'success' } },
  { detail: null },
  { message: 'Request successful. 402 credits left.' },
]

describe('what an answer means', () => {
  it.each(INSIDE)('is what its envelope says: %j', (body, code) => {
    expect(meaning(200, body)).toMatchObject({ kind: 'refusal', code })
  })

  it.each(SUCCESS)('is a page where its envelope tells of no failure: %j', told => {
    expect(meaning(200, { ...(told as object), data: { items: [] } })).toMatchObject({ kind: 'page' })
  })

  it('is a dead cursor, or a wait, inside a 200 as outside', () => {
    expect(
      meaning(200, { code: 400, message: 'Invalid cursor.', data: null }, { cursor: true }),
    ).toMatchObject({ code: 'dead-cursor' })
    expect(meaning(200, { code: '429', data: null }, { headers: { 'retry-after': '7' } })).toMatchObject({
      code: 'rate-limited',
      waitMs: 7_000,
    })
  })

  it('is a page where a 200 holds one', () => {
    expect(meaning(200, { code: 200, data: { items: [], cursor: 'x' } })).toEqual({
      kind: 'page',
      page: { items: [], next: 'x', hasMore: undefined, root: undefined },
    })
  })

  it.each(Object.entries(TABLE))(
    'is by the table: %s',
    (_, { status, body, cursor = false, code, recovery }) => {
      const told = meaning(status, body, { cursor })
      expect(told).toMatchObject({ kind: 'refusal', code })
      expect(new AppError(code, '').recovery).toBe(recovery)
    },
  )

  it.each([
    [detail(404, 'User not found.'), 404, 'User not found.'],
    ['', 503, 'HTTP 503'],
    ['not json', 500, 'HTTP 500'],
    [HTML, 502, 'HTTP 502 with an HTML page'],
    [{ detail: 'x'.repeat(5_000) }, 500, 'x'.repeat(300)],
  ])('comes with the server’s own words, at most 300 characters of them: %#', (body, status, message) => {
    expect(meaning(status, body)).toMatchObject({ message })
  })

  it('comes with the wait that a 429 asks for', () => {
    expect(meaning(429, '', { headers: { 'retry-after': '7' } })).toMatchObject({ waitMs: 7_000 })
    expect(meaning(429, '')).toMatchObject({ code: 'rate-limited' })
    expect((meaning(429, '') as { waitMs?: number }).waitMs).toBeUndefined()
  })

  it('does not depend on the length of an error’s nesting', () => {
    const deep = '{"detail":'.repeat(50_000) + '"x"' + '}'.repeat(50_000)
    expect(meaning(500, deep)).toMatchObject({ code: 'server-error' })
    expect(meaning(200, deep)).toMatchObject({ code: 'malformed-answer' })
  })
})
