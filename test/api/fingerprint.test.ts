import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/api/fingerprint.js'

const print = (body: unknown): string => fingerprintOf(typeof body === 'string' ? body : JSON.stringify(body))
const envelope = (n: number, told: object): object => ({
  code: 200,
  request_id: `req-${n}`,
  message: 'Request successful.',
  time: `2026-01-02 03:04:${10 + n}`,
  time_stamp: 1_767_351_845 + n,
  cache_url: `https://cache.example/${n}?sign=${n}`,
  router: '/api/v1/sora2/get_feed',
  ...told,
})
const html = (ray: string, time: string): string =>
  '<!DOCTYPE html><html><head><title>Error 1020</title></head><body>Ray ID: ' +
  `<strong>${ray}</strong> &bull; ${time} <span>Cloudflare</span></body></html>`

describe('two answers are alike', () => {
  const pairs: [string, unknown, unknown][] = [
    ['to the byte', 'oops', 'oops'],
    ['in a gateway’s envelope', envelope(1, { data: null }), envelope(2, { data: null })],
    [
      'in an error that is nested in it',
      envelope(1, { data: { error: { message: 'overloaded', trace_id: 'a' } } }),
      envelope(2, { data: { error: { message: 'overloaded', trace_id: 'b' } } }),
    ],
    [
      'with the request id in the message',
      { detail: 'Upstream failed (request id: 7f-1)' },
      { detail: 'Upstream failed (request id: 7f-2)' },
    ],
    [
      'with the time in the message',
      { message: 'Failed at 2026-01-02T03:04:05.123Z' },
      { message: 'Failed at 2026-01-02T03:04:06.001Z' },
    ],
    [
      'with an id under a name of their own',
      { upstream: '11111111-aaaa-4bbb-8ccc-222222222222' },
      { upstream: '33333333-aaaa-4bbb-8ccc-222222222222' },
    ],
    [
      'cut off at the same place',
      '{"request_id":"a1","time_stamp":1767351845,"data":{"ite',
      '{"request_id":"b2","time_stamp":1767351846,"data":{"ite',
    ],
    [
      'of a content delivery network',
      html('8f2b6c1d2e3f4a5b', '2026-01-02 03:04:05 UTC'),
      html('8f2b6c1d2e3f4a5c', '2026-01-02 03:04:09 UTC'),
    ],
  ]
  it.each(pairs)('%s', (_, one, other) => {
    expect(print(one)).toBe(print(other))
  })
})

describe('two answers are not alike', () => {
  const pairs: [string, unknown, unknown][] = [
    [
      'with another message',
      envelope(1, { data: null, message: 'overloaded' }),
      envelope(1, { data: null, message: 'too many cooks' }),
    ],
    ['with another number in it', { message: 'place 17 in the queue' }, { message: 'place 16 in the queue' }],
    ['with another code', envelope(1, { code: 500 }), envelope(1, { code: 502 })],
    ['with other data', envelope(1, { data: { items: 'ab' } }), envelope(1, { data: { items: 'ba' } })],
    [
      'with the data of another record',
      envelope(1, { data: { item: '11111111-aaaa-4bbb-8ccc-222222222222' } }),
      envelope(1, { data: { item: '33333333-aaaa-4bbb-8ccc-222222222222' } }),
    ],
    [
      'cut off elsewhere',
      '{"request_id":"a1","data":{"items":[{"id":"s_1"',
      '{"request_id":"a1","data":{"items":[{"id":"s_1"},{"id":',
    ],
    [
      'of another page',
      html('8f2b6c1d2e3f4a5b', '03:04:05'),
      html('8f2b6c1d2e3f4a5b', '03:04:05').replace('1020', '1015'),
    ],
  ]
  it.each(pairs)('%s', (_, one, other) => {
    expect(print(one)).not.toBe(print(other))
  })
})

it('any body has a fingerprint, in time that grows with its size', () => {
  for (const body of [
    '',
    '['.repeat(100_000),
    '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000),
    'a1'.repeat(1_000_000),
    'Mon, 1 Jan '.repeat(100_000),
    '1-'.repeat(500_000),
  ]) {
    expect(fingerprintOf(body)).toBe(fingerprintOf(body))
  }
})
