/** The faults of the matrix: what a server may do instead of answering, and what must come of it. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'

import type { Answer } from '../../support/world/server.js'

/** What the ledger says of the request that met the fault. */
export interface Settled {
  readonly state: 'answered' | 'unknown'
  readonly status: number | null
  readonly cost: number
}

export interface Fault {
  readonly name: string
  /** What is answered instead, given what would have been. */
  readonly answer: (usual: Answer) => Answer
  /** Null: it is no fault at all, and the page is read. */
  readonly settled: Settled | null
  /** Not to be tried again before, in milliseconds. */
  readonly waitMs?: number
  /** Instead of the usual time for an answer. */
  readonly timeoutMs?: number
  /** Treated alike with many others: tried on fewer routes. */
  readonly isOneOfMany?: true
}

const PRICE = 50_000
/** The limit of a body that the client is given for the matrix. */
export const LIMITS = { maxBodyBytes: 256 * 1024 }
/** The time that it gives a server that would take for ever: long enough for one that is only busy. */
const PATIENCE_MS = 6_000

const refused = (status: number): Settled => ({ state: 'answered', status, cost: 0 })
const BILLED: Settled = { state: 'answered', status: 200, cost: PRICE }
const UNKNOWN: Settled = { state: 'unknown', status: null, cost: PRICE }

const act =
  (does: (response: ServerResponse, body: Buffer) => void) =>
  (usual: Answer): Answer => ({ ...usual, act: does })
const raw =
  (body: string, headers: Record<string, string> = {}) =>
  (): Answer => ({ status: 200, raw: body, headers })
const head = (response: ServerResponse, body: Buffer, headers: Record<string, string> = {}): ServerResponse =>
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  })
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toUTCString()
const busy = (headers: () => Record<string, string>) => (): Answer => ({
  status: 429,
  message: 'Too many requests',
  headers: headers(),
})

const waits: readonly [string, () => Record<string, string>, number][] = [
  ['Retry-After: 0', () => ({ 'retry-after': '0' }), 250],
  ['Retry-After: 1', () => ({ 'retry-after': '1' }), 1_000],
  ['Retry-After as a date', () => ({ 'retry-after': inSeconds(2) }), 900],
  ['Retry-After as a date that is over', () => ({ 'retry-after': inSeconds(-3_600) }), 250],
  ['a negative Retry-After', () => ({ 'retry-after': '-5' }), 1_000],
  ['a Retry-After that is no time', () => ({ 'retry-after': 'soon; [object Object]' }), 1_000],
  ['no Retry-After', () => ({}), 1_000],
  ['X-RateLimit-Reset in seconds', () => ({ 'x-ratelimit-reset': '1' }), 1_000],
  [
    'X-RateLimit-Reset as a time',
    () => ({ 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + 2) }),
    900,
  ],
]

const STATUSES = [
  500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530, 598,
  599, 408, 425,
]

const HTML = '<!DOCTYPE html><html><title>Sign in</title><form action="/login"></form></html>'

/** Each is met once, and the next answer is as it should be. */
export const passing: readonly Fault[] = [
  ...waits.map(([name, headers, waitMs]): Fault => ({
    name: `429 with ${name}`,
    answer: busy(headers),
    settled: refused(429),
    waitMs,
  })),
  ...STATUSES.map((status): Fault => ({
    name: `${status}`,
    answer: () => ({
      status,
      message: 'Something went wrong',
      headers: { location: 'http://127.0.0.1:9/elsewhere' },
    }),
    settled: refused(status),
    isOneOfMany: true,
  })),
  {
    name: '400 that says retry',
    answer: () => ({ status: 400, message: '请求失败，请重试。本次请求不会被扣费。' }),
    settled: refused(400),
  },
  { name: 'HTML with 503', answer: () => ({ status: 503, raw: HTML }), settled: refused(503) },
  {
    name: 'a reset before the headers',
    answer: act(response => void response.socket?.resetAndDestroy()),
    settled: UNKNOWN,
  },
  { name: 'an end before the headers', answer: usual => ({ ...usual, drop: 'before' }), settled: UNKNOWN },
  {
    name: 'a reset inside the headers',
    answer: act(
      response =>
        void response.socket?.write('HTTP/1.1 200 OK\r\ncontent-ty', () =>
          response.socket?.resetAndDestroy(),
        ),
    ),
    settled: UNKNOWN,
  },
  {
    name: 'a reset after the headers',
    answer: act(
      (response, body) => void head(response, body).write(' ', () => response.socket?.resetAndDestroy()),
    ),
    settled: UNKNOWN,
  },
  { name: 'a reset inside the body', answer: usual => ({ ...usual, drop: 'middle' }), settled: UNKNOWN },
  {
    name: 'what is not HTTP',
    answer: act(response => void response.socket?.end('220 mail.example ESMTP\r\n')),
    settled: UNKNOWN,
  },
  { name: 'silence', answer: act(() => undefined), settled: UNKNOWN, timeoutMs: PATIENCE_MS },
  {
    name: 'a body that never ends',
    answer: act((response, body) => void head(response, body).write(body.subarray(0, 10))),
    settled: UNKNOWN,
    timeoutMs: PATIENCE_MS,
  },
  {
    name: 'a body over the limit',
    answer: act(response => void response.writeHead(200).end(Buffer.alloc(LIMITS.maxBodyBytes + 1, ' '))),
    settled: BILLED,
  },
  {
    name: 'a gzip bomb',
    answer: act(
      response =>
        void response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(4 * LIMITS.maxBodyBytes))),
    ),
    settled: BILLED,
  },
  {
    name: 'a brotli bomb',
    answer: act(
      response =>
        void response
          .writeHead(200, { 'content-encoding': 'br' })
          .end(brotliCompressSync(Buffer.alloc(4 * LIMITS.maxBodyBytes))),
    ),
    settled: BILLED,
  },
  {
    name: 'half a body with the length of half',
    answer: act(
      (response, body) =>
        void head(response, body.subarray(0, body.length / 2)).end(body.subarray(0, body.length / 2)),
    ),
    settled: BILLED,
  },
  {
    name: 'half a gzip stream',
    answer: act(
      (response, body) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body).subarray(0, 40)),
    ),
    settled: BILLED,
  },
  {
    name: 'an encoding that nobody asked for',
    answer: act(
      (response, body) => void response.writeHead(200, { 'content-encoding': 'zstd' }).end(gzipSync(body)),
    ),
    settled: BILLED,
  },
  { name: 'an empty 200', answer: raw(''), settled: BILLED },
  { name: 'HTML with 200', answer: raw(HTML, { 'content-type': 'text/html' }), settled: BILLED },
  { name: 'a 200 without data', answer: raw('{"code":200,"message":"ok"}'), settled: BILLED },
  { name: 'a 200 with data null', answer: raw('{"code":200,"data":null}'), settled: BILLED },
  {
    name: 'a 200 with an error beside',
    answer: raw('{"error":{"code":"upstream","message":"upstream failed"}}'),
    settled: BILLED,
  },
  {
    name: 'a 200 with an error inside',
    answer: raw('{"code":200,"data":{"error":{"code":"server_error","message":"oops"}}}'),
    settled: BILLED,
  },
  {
    name: 'a 200 that calls itself 500',
    answer: raw('{"code":500,"message":"failed","data":{"items":[]}}'),
    settled: BILLED,
  },
  {
    name: 'a 200 that calls itself 503, as text',
    answer: raw('{"code":"503","message":"failed","data":{"items":[],"cursor":null}}'),
    settled: BILLED,
  },
  {
    name: 'a 200 without success',
    answer: raw('{"code":200,"success":false,"data":{"items":[],"cursor":null}}'),
    settled: BILLED,
  },
  {
    name: 'a 200 that calls itself 429',
    answer: raw('{"code":"429","message":"slow down","data":null}', { 'retry-after': '1' }),
    settled: BILLED,
    waitMs: 1_000,
  },
  { name: 'a 200 that is an array', answer: raw('[]'), settled: BILLED },
  { name: 'a 200 with a number', answer: raw('17'), settled: BILLED },
]

/** Odd, and good all the same. */
export const harmless: readonly Fault[] = [
  {
    name: 'JSON that is called HTML',
    answer: usual => ({ ...usual, headers: { 'content-type': 'text/html' } }),
    settled: null,
  },
  {
    name: 'JSON without a content type',
    answer: act((response, body) => void response.writeHead(200).end(body)),
    settled: null,
  },
  {
    name: 'gzip',
    answer: act(
      (response, body) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body)),
    ),
    settled: null,
  },
  {
    name: 'GZIP in capitals',
    answer: act(
      (response, body) => void response.writeHead(200, { 'content-encoding': 'GZIP' }).end(gzipSync(body)),
    ),
    settled: null,
  },
  {
    name: 'brotli',
    answer: act(
      (response, body) =>
        void response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(body)),
    ),
    settled: null,
  },
  {
    name: 'deflate',
    answer: act(
      (response, body) =>
        void response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateSync(body)),
    ),
    settled: null,
  },
  {
    name: 'plain text that claims to be gzip',
    answer: act((response, body) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)),
    settled: null,
  },
  {
    name: 'a byte at a time',
    answer: act(
      (response, body) =>
        void head(response, body).write(body.subarray(0, 1), () => response.end(body.subarray(1))),
    ),
    settled: null,
  },
]
