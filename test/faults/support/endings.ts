/**
 * What ends a run or a stream, and how listings may shift under a crawl: what a server answers page by page,
 * and what must come of it.
 */
import type { Answer } from '../../support/world/server.js'
import type { Json, JsonObject } from '../../support/world/wire.js'

/** A request for a page of the listing that misbehaves. */
export interface Asked {
  /** The number of the page in the listing, from 1: the place of its cursor among those given out. */
  readonly page: number
  /** How often it has been asked for, this time included. */
  readonly times: number
  /** The cursors asked for so far, in the order of pages; the first is empty. */
  readonly cursors: readonly string[]
  readonly usual: Answer
}

export interface Ending {
  readonly name: string
  /** `any`: met at the last page of listings with one page, too. */
  readonly on: 'any' | 'pages'
  /** Records of a page; two, so that there are three pages, where it does not matter. */
  readonly pageSize?: number
  readonly answer: (asked: Asked) => Answer
  readonly exit: 0 | 3 | 4 | 5
  /** Of the stream in the run, and of its pass. */
  readonly state: 'complete' | 'failed' | 'ready'
  readonly pass: 'completed' | 'failed' | 'open' | 'none'
  /** What the stream says about it. */
  readonly reason: RegExp | null
  /** Requests for the listing; one less where it has a single page, at which all this is met. */
  readonly requests: number
  /** What is listed, given what stands on the pages. */
  readonly listed: (pages: readonly (readonly string[])[]) => readonly string[]
  /**
   * From which page the same command reads on when the server is well again; null where there is nothing more
   * to be had.
   */
  readonly again: 1 | 2 | null
}

/** Answers a page with other records, or another way on. */
export function edited(
  usual: Answer,
  change: (page: {
    items: unknown[]
    cursor: (next: string | null) => void
    more: (has: Json) => void
  }) => void,
): Answer {
  const data = structuredClone(usual.data) as JsonObject
  const holder = (data['children'] ?? data) as JsonObject
  change({
    items: holder['items'] as unknown[],
    cursor: next => {
      delete data['cursor']
      holder['cursor'] = next
    },
    more: has => {
      holder['has_more'] = has
    },
  })
  return { ...usual, data }
}

/** An empty page of any shape, with a way on. */
function empty(cursor: string): Answer {
  return { status: 200, data: { items: [], cursor, children: { items: [], cursor } } }
}

/** The records of the page before, which some servers serve again. */
const shown = new WeakMap<readonly string[], unknown[][]>()

/** Remembers what was served on each page of a listing. */
function pagesOf(cursors: readonly string[]): unknown[][] {
  const known = shown.get(cursors) ?? []
  shown.set(cursors, known)
  return known
}

function remembered(
  { page, cursors, usual }: Asked,
  change: (items: unknown[], pages: readonly (readonly unknown[])[]) => void,
): Answer {
  return edited(usual, ({ items }) => {
    pagesOf(cursors)[page - 1] = [...items]
    change(items, pagesOf(cursors))
  })
}

const all = (pages: readonly (readonly string[])[]): readonly string[] => pages.flat()
const first =
  (count: number) =>
  (pages: readonly (readonly string[])[]): readonly string[] =>
    pages.slice(0, count).flat()
const at =
  (page: number, answer: (asked: Asked) => Answer) =>
  (asked: Asked): Answer =>
    asked.page === page ? answer(asked) : asked.usual
const refused = (status: number, message: string) => (): Answer => ({ status, message })
/** At the second page, or the only one. */
const late =
  (status: number, message: string) =>
  ({ page, usual }: Asked): Answer =>
    page === 2 || isLast(usual) ? { status, message } : usual

function isLast({ data }: Answer): boolean {
  const body = data as JsonObject
  const holder = (body['children'] ?? body) as JsonObject
  return (
    !Array.isArray(holder['items']) ||
    [holder['cursor'], body['cursor']].every(cursor => typeof cursor !== 'string')
  )
}

const circle = (length: number): Ending => ({
  name: `a circle of ${length}`,
  on: 'pages',
  pageSize: 1,
  answer: at(length + 1, ({ usual, cursors }) => edited(usual, ({ cursor }) => cursor(cursors[1] ?? ''))),
  exit: 3,
  state: 'failed',
  pass: 'failed',
  reason: new RegExp(`goes in circles: page ${length + 1} points back`),
  requests: length + 1,
  listed: first(length + 1),
  again: 1,
})

let answers = 0
/**
 * A billed answer that is no page: in the gateway's envelope, which says of each request when and as which it
 * was answered.
 */
const enveloped = (told: JsonObject): Answer => {
  answers += 1
  return {
    status: 200,
    raw: JSON.stringify({
      request_id: `req-${answers}`,
      time: `2026-01-02 03:04:${10 + (answers % 50)}`,
      time_stamp: 1_767_351_845 + answers,
      ...told,
    }),
  }
}
const lately =
  (answer: (usual: Answer) => Answer) =>
  ({ page, usual }: Asked): Answer =>
    page === 2 || isLast(usual) ? answer(usual) : usual

const STOPS = {
  on: 'any',
  state: 'ready',
  pass: 'open',
  reason: null,
  requests: 2,
  listed: first(1),
  again: 2,
} as const
const FAILS = { on: 'any', exit: 3, state: 'failed', pass: 'failed', again: 1 } as const
const ENDS = {
  on: 'pages',
  exit: 0,
  state: 'complete',
  pass: 'completed',
  reason: null,
  requests: 3,
  again: null,
} as const

export const endings: readonly Ending[] = [
  { ...STOPS, name: '401', answer: late(401, 'Invalid API key.'), exit: 5 },
  { ...STOPS, name: '402', answer: late(402, 'insufficient credits'), exit: 4 },
  {
    ...STOPS,
    name: '401 inside a 200',
    answer: lately(() => enveloped({ code: '401', message: 'Invalid API key.', data: null })),
    exit: 5,
  },
  {
    ...STOPS,
    name: '402 inside a 200, beside an empty list',
    answer: lately(() =>
      enveloped({ code: 402, message: 'insufficient credits', data: { items: [], cursor: null } }),
    ),
    exit: 4,
  },
  {
    ...STOPS,
    name: '402 in the detail of a 200',
    answer: lately(() => enveloped({ detail: { code: '402', message: 'insufficient credits' } })),
    exit: 4,
  },
  { ...STOPS, name: '403 about the quota of the key', answer: late(403, 'Monthly quota exceeded'), exit: 4 },
  {
    ...STOPS,
    name: '403 of a firewall',
    answer: lately(() => ({ status: 403, raw: 'error code: 1020' })),
    exit: 5,
  },
  {
    ...STOPS,
    name: 'a redirect',
    answer: lately(() => ({
      status: 302,
      raw: '',
      headers: { location: 'https://elsewhere.example/login' },
    })),
    exit: 5,
  },
  {
    ...STOPS,
    name: '403 before the route has answered',
    answer: at(1, refused(403, 'Your key lacks the scope of this route.')),
    exit: 5,
    requests: 1,
    listed: first(0),
    again: 1,
  },
  {
    ...STOPS,
    name: '429 for an hour',
    answer: ({ page, usual }) =>
      page === 2 || isLast(usual)
        ? { status: 429, message: 'Too many requests', headers: { 'retry-after': '3600' } }
        : usual,
    exit: 4,
  },
  {
    ...FAILS,
    name: 'a 200 without data, under another request id each time',
    answer: lately(() => enveloped({ code: 200, data: null })),
    pass: 'open',
    reason: /the same answer twice: the answer has no data/,
    requests: 3,
    listed: first(1),
    again: 2,
  },
  {
    ...FAILS,
    name: '422 inside a 200',
    answer: lately(() => enveloped({ code: '422', message: 'no valid cursor', data: null })),
    reason: /HTTP 200: code 422: no valid cursor/,
    requests: 2,
    listed: first(1),
  },
  {
    ...FAILS,
    name: '422',
    answer: late(422, 'value is not a valid cursor'),
    reason: /HTTP 422: /,
    requests: 2,
    listed: first(1),
  },
  {
    ...FAILS,
    name: '400 at the first page',
    answer: at(1, refused(400, 'Invalid parameter.')),
    reason: /HTTP 400: /,
    requests: 1,
    listed: first(0),
  },
  {
    ...ENDS,
    name: 'a cursor that has expired once',
    answer: at(2, ({ times, usual }) => (times === 1 ? { status: 400, message: 'Invalid cursor.' } : usual)),
    requests: 5,
    listed: all,
  },
  {
    ...FAILS,
    name: 'a cursor that is dead',
    on: 'pages',
    answer: at(2, refused(400, 'The cursor has expired.')),
    reason: /drops the cursor after 1 page; --max-pages 1 reads that far/,
    requests: 4,
    listed: first(1),
  },
  circle(1),
  circle(2),
  circle(3),
  {
    ...FAILS,
    name: 'has_more without a cursor',
    on: 'pages',
    answer: at(2, ({ usual }) => edited(usual, ({ cursor, more }) => [cursor(null), more(true)])),
    reason: /there is more, and gives no cursor/,
    requests: 2,
    listed: first(2),
  },
  {
    ...ENDS,
    name: 'a cursor, and has_more false',
    answer: at(2, ({ usual }) => edited(usual, ({ more }) => more(false))),
    requests: 2,
    listed: first(2),
  },
  {
    ...FAILS,
    name: 'has_more "1" without a cursor',
    on: 'pages',
    answer: at(2, ({ usual }) => edited(usual, ({ cursor, more }) => [cursor(null), more('1')])),
    reason: /there is more, and gives no cursor/,
    requests: 2,
    listed: first(2),
  },
  {
    ...ENDS,
    name: 'a cursor, and has_more 0',
    answer: at(2, ({ usual }) => edited(usual, ({ more }) => more(0))),
    requests: 2,
    listed: first(2),
  },
  {
    ...ENDS,
    name: 'a has_more that says nothing',
    answer: at(2, ({ usual }) => edited(usual, ({ more }) => more('perhaps'))),
    requests: 3,
    listed: all,
  },
  {
    ...FAILS,
    name: 'empty pages without end',
    on: 'pages',
    answer: asked => (asked.page === 1 ? asked.usual : empty(`empty ${asked.page}`)),
    reason: /4 empty pages in a row/,
    requests: 5,
    listed: first(1),
  },
  {
    ...ENDS,
    name: 'an empty page in the middle',
    answer: at(2, ({ usual }) => edited(usual, ({ items }) => items.splice(0))),
    listed: ([one = [], , three = []]) => [...one, ...three],
  },
  {
    ...ENDS,
    name: 'a page that shrinks',
    answer: at(2, ({ usual }) => edited(usual, ({ items }) => items.pop())),
    listed: ([one = [], two = [], three = []]) => [...one, ...two.slice(0, 1), ...three],
  },
  {
    ...ENDS,
    name: 'pages that overlap',
    answer: asked =>
      remembered(asked, (items, pages) => items.unshift(...(pages[asked.page - 2] ?? []).slice(-1))),
    listed: all,
  },
  {
    ...ENDS,
    name: 'an item that moves down, and is served again',
    answer: asked => remembered(asked, (items, pages) => (asked.page === 3 ? items.push(pages[0]?.[0]) : 0)),
    listed: all,
  },
  {
    ...ENDS,
    name: 'an item that moves up, to where the crawl has been',
    answer: at(3, ({ usual }) => edited(usual, ({ items }) => items.splice(0, 1))),
    listed: ([one = [], two = [], three = []]) => [...one, ...two, ...three.slice(1)],
  },
]
