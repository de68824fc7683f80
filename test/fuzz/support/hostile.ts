/**
 * Values that have broken a collector, a database or a parser somewhere; JSON itself cannot say some of them,
 * see {@link verbatim}.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const OPEN = '\u0001<'
const CLOSE = '>\u0001'

/**
 * JSON text that stands in a document as it is, though no JavaScript value is written so (1e400, -0, numbers
 * of thirty digits).
 */
export const verbatim = (text: string): Json => OPEN + text + CLOSE

/** A document with its verbatim parts put in place. */
export function writeJson(document: Json): string {
  const text = JSON.stringify(document)
  return text.includes('\\u0001<')
    ? text.replaceAll(/"\\u0001<(.*?)>\\u0001"/g, (_, inner: string) => JSON.parse(`"${inner}"`) as string)
    : text
}

/** An object whose key is its own, whatever the key means to JavaScript. */
export function keyed(entries: readonly (readonly [string, Json])[]): Json {
  const object: { [key: string]: Json } = {}
  for (const [key, value] of entries)
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  return object
}

export const HOSTILE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
  '0',
  '\u0000',
  '\uD83D',
  'a.b',
  '$ref',
] as const

function pollution(): Json {
  return keyed([
    [
      '__proto__',
      keyed([
        ['polluted', 1],
        ['id', 'evil'],
        ['user_id', 'user-evil'],
        ['items', [{ id: 's_evil' }]],
      ]),
    ],
    ['constructor', keyed([['prototype', { polluted: 1 }]])],
    ['toString', 5],
    ['toJSON', 1],
  ])
}

const TIMES: readonly Json[] = [
  0,
  -1,
  1_760_342_931,
  1_760_342_931.252_999,
  1_760_342_931_252,
  -62_135_596_800,
  -62_135_596_801,
  253_402_300_799.999,
  253_402_300_800,
  8.64e15,
  -8.64e15,
  1e-9,
  -1e-9,
  -0.000_1,
  '2025-10-13T08:12:11Z',
  '2025-10-13T08:12:11.252999+05:30',
  '2025-10-13T23:59:60Z',
  '2025-02-30T00:00:00Z',
  '2025-13-45T99:99:99Z',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:59.999-23:59',
  '+275760-09-13T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '2025-10-13',
  'Mon, 13 Oct 2025 08:12:11 GMT',
  '1760342931',
  'now',
]

const NUMBERS: readonly Json[] = [
  -5,
  0.5,
  -0.5,
  1e308,
  5e-324,
  9_007_199_254_740_991,
  -9_007_199_254_740_991,
  9_007_199_254_740_992,
  2_147_483_648,
  4_294_967_296,
  verbatim('-0'),
  verbatim('1e400'),
  verbatim('-1e400'),
  verbatim('1e-400'),
  verbatim('9007199254740993'),
  verbatim('123456789012345678901234567890'),
  verbatim('3.0'),
  verbatim('1E2'),
]

const TEXTS: readonly Json[] = [
  ' ',
  '\u0000',
  'a\u0000b',
  '\uD83D',
  '\uDC31x',
  'x\uD83D',
  '\u001B[2J\u001B]0;x\u0007',
  '\u202E\u2066',
  '\uFEFF',
  '\u2028',
  'null',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e400',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "Robert'); DROP TABLE posts;--",
  '=cmd()',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '%00',
  '%',
  'https://',
  'http://[',
  'https://x/?se=2026-13-99',
  'https://x/?se=2026-01-01T00:00:00Z&se=x',
  '<@user-a>',
  '<@>',
  'user-',
  's_',
  'ch_',
  '\u{1F468}\u200D\u{1F469}',
  'e\u0301',
  '\n',
  'a b',
  'a","b',
  'x'.repeat(300),
  's_'.repeat(6_000),
  '\u0001'.repeat(200),
]

const CONTAINERS: readonly (() => Json)[] = [
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => [[], {}, null, 5, 'x'],
  () => ({ items: [] }),
  () => ({ items: null }),
  () => ({ items: {} }),
  () => ({ items: 5, cursor: {} }),
  () => ({ length: 1e9 }),
  () => ({ error: { code: 'x', message: 'y' } }),
  () => ({ id: 's_x' }),
  () => ({ user_id: 'user-x' }),
  () => ({ post: { id: 's_y' } }),
  () => ({ post: null, profile: null }),
  () => ({ profile: { user_id: 'user-y' } }),
  () => ({ path: 5 }),
  () => ({ path: { url: 'x' } }),
  () => ({ toString: 1, valueOf: null }),
  () => pollution(),
  () => [pollution()],
  () => ({ '0': 'a', '1': 'b' }),
  () => ({ id: { id: 's_z' } }),
  () => ({ parent_post: { post: { id: 's_p', parent_post: { id: 's_p' } } } }),
  () => nested(40),
  () => nested(3_000),
  () => posts(12),
  () => Array.from({ length: 60 }, () => null),
]

/** Objects and lists within each other, `depth` of them. */
function nested(depth: number): Json {
  return verbatim(
    depth % 80 === 0
      ? `${'['.repeat(depth)}${']'.repeat(depth)}`
      : `${'{"a":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`,
  )
}

/** Posts within posts, deeper than any reader goes. */
function posts(depth: number): Json {
  let post: Json = { id: 's_deep' }
  for (let level = 0; level < depth; level += 1)
    post = {
      post: { id: `s_deep${level}`, parent_post: post, remix_posts: { items: [{ id: `s_side${level}` }] } },
      children: [{ id: `c${level}` }],
    }
  return post
}

const POOL: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => '',
  ...[...NUMBERS, ...TIMES, ...TEXTS].map(value => () => value),
  ...CONTAINERS,
]

/** A hostile value by number; 0 is the plainest. */
export function hostile(n: number): Json {
  return (POOL[n % POOL.length] as () => Json)()
}

export const HOSTILE_VALUES = POOL.length
