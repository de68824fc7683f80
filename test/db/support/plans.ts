/** Runs for the store alone: what is to be read, and what comes back, without an API. */
import { gzipSync } from 'node:zlib'
import type {
  Candidate,
  CrawlStore,
  Lease,
  ListedEdge,
  OpenRun,
  OptionSet,
  PageRows,
  PassStep,
  RefusalStep,
  RowCounts,
  RunPlan,
  RunSeed,
  Settlement,
  StreamKind,
  SubjectKind,
} from '../../../src/db/index.js'
import { Harvest } from '../../../src/normalize/harvest.js'

export const PRICE = 50_000

const SINGLE = new Set(['search', 'detail', 'profile'])
const stream = (
  name: string,
  accepts: SubjectKind,
  route: string,
  edge: ListedEdge | null = null,
): StreamKind => ({
  name,
  accepts,
  route,
  defaultMaxPages: null,
  edge,
  single: SINGLE.has(name),
  emptyBy: [],
})

/** The streams of the program, as the store knows them. */
export const STREAMS: readonly StreamKind[] = [
  stream('feed', 'feed', 'get_feed'),
  stream('leaderboard', 'leaderboard', 'get_cameo_leaderboard'),
  stream('search', 'query', 'search_users'),
  stream('detail', 'link', 'get_post_detail'),
  stream('profile', 'user', 'get_user_profile'),
  stream('posts', 'user', 'get_user_posts'),
  stream('followers', 'user', 'get_user_followers', { kind: 'follow', subjectIs: 'target' }),
  stream('following', 'user', 'get_user_following', { kind: 'follow', subjectIs: 'source' }),
  stream('cameos', 'user', 'get_user_cameo_appearances', { kind: 'cameo', subjectIs: 'source' }),
  stream('comments', 'post', 'get_post_comments'),
  stream('remixes', 'post', 'get_post_remix_list', { kind: 'remix', subjectIs: 'target' }),
  stream('replies', 'comment', 'get_comment_replies'),
]

export type SeedName = 'feed' | 'leaderboard' | `${'query' | 'handle' | 'link' | 'user'} ${string}`

export function seedOf(name: SeedName, optionSet = 0): RunSeed {
  const [kind = '', id = ''] = name.split(' ')
  return { text: name, kind: kind as SubjectKind, id, optionSet }
}

/** A run of seeds that share their options. */
export function planOf(
  seeds: readonly SeedName[],
  told: Partial<OptionSet> & { full?: boolean; key?: string } = {},
): RunPlan {
  const { full = false, key, ...options } = told
  const optionSets = [{ collect: ['posts'], depth: 0, maxPages: null, ...options }]
  return planWith(
    seeds.map(name => seedOf(name)),
    optionSets,
    { full, key: key ?? JSON.stringify([seeds, optionSets, full]) },
  )
}

export function planWith(
  seeds: readonly RunSeed[],
  optionSets: readonly OptionSet[],
  { full = false, key = JSON.stringify([seeds, optionSets, full]) } = {},
): RunPlan {
  return {
    key,
    options: { seeds: seeds.map(({ text }) => text) },
    seeds,
    optionSets,
    streams: STREAMS,
    full,
    nobody: ['anonymous'],
  }
}

/** Rows of a page, told by a function. */
export function rowsOf(tell: (page: Harvest) => void = () => undefined): PageRows {
  const page = new Harvest()
  tell(page)
  return page
}

export function routeOf(candidate: Candidate): string {
  const found = STREAMS.find(({ name }) => name === candidate.stream)
  if (found === undefined) throw new Error(`no stream ${candidate.stream}`)
  return found.route
}

export async function take(store: CrawlStore, candidate: Candidate): Promise<Lease> {
  return store.reserve(candidate, routeOf(candidate), PRICE)
}

/** Takes the next stream; fails where there is none. */
export async function takeNext(store: CrawlStore, run: OpenRun): Promise<Lease> {
  const candidate = await store.next(run)
  if (candidate === undefined) throw new Error('no stream is ready')
  return take(store, candidate)
}

export interface PageTold {
  readonly rows?: PageRows
  readonly step?: PassStep
  readonly served?: number
  readonly ranks?: string | null
  readonly body?: string
  readonly audit?: { knownFromPage: number | null; lateNews: number }
}

export async function answer(store: CrawlStore, lease: Lease, told: PageTold = {}): Promise<RowCounts> {
  const {
    rows = rowsOf(),
    step = { state: 'completed' },
    served = rows.listed.length,
    ranks = null,
    body = '{"data":{"items":[]}}',
    audit = { knownFromPage: null, lateNews: 0 },
  } = told
  const settlement: Settlement = { state: 'answered', status: 200, cost: PRICE, error: null }
  const brings = await store.brings(
    lease.candidate,
    rows.listed.filter(item => item !== undefined),
  )
  return store.commitPage({
    lease,
    settlement,
    body: gzipSync(body),
    served,
    rows,
    brings,
    step,
    ranks,
    audit,
    programVersion: '0.0.0-test',
  })
}

export async function refuse(
  store: CrawlStore,
  lease: Lease,
  step: RefusalStep,
  told: Partial<Settlement> = {},
): Promise<void> {
  const settlement: Settlement = { state: 'answered', status: 404, cost: 0, error: 'refused', ...told }
  await store.commitRefusal({ lease, settlement, body: null, step })
}

/** Reads everything that is ready; each page is what `read` tells of its stream. */
export async function readAll(
  store: CrawlStore,
  run: OpenRun,
  read: (candidate: Candidate) => PageTold = () => ({}),
): Promise<string[]> {
  const order: string[] = []
  for (let candidate = await store.next(run); candidate !== undefined; candidate = await store.next(run)) {
    order.push(nameOf(candidate))
    await answer(store, await take(store, candidate), read(candidate))
  }
  return order
}

export const nameOf = ({ stream: name, subject }: Candidate): string => `${name} ${subject.id}`.trim()

export async function finish(store: CrawlStore, run: OpenRun): Promise<void> {
  await store.closeRun(run.id, { finished: true, outcome: 'finished', exitCode: 0, stoppedBy: null })
}
