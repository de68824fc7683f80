/**
 * A real database that takes in mutated pages, by the steps of a crawl, and what is looked at after each and
 * at its end.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import type BetterSqlite3 from 'better-sqlite3'

import { routes, type Page } from '../../../src/api/index.js'
import { interpretAnswer } from '../../../src/api/answer.js'
import { parseSeed, planRun, type Crawler, type Seed } from '../../../src/crawl/index.js'
import { advance, auditOf, reachOf } from '../../../src/crawl/pass.js'
import type {
  Candidate,
  Checkpoint,
  CrawlStore,
  Lease,
  OpenRun,
  PageRows,
  PassStep,
} from '../../../src/db/index.js'
import type { Bench } from '../../db/support/database.js'
import type { World } from '../../support/world/model.js'
import { Answers } from './answers.js'

const PRICE = 50_000
/** Most of the time of a small body goes into making a compressor: a small one will do. */
const QUICKLY = { level: 1, windowBits: 10, memLevel: 1 }
/**
 * Stored answers are compared byte by byte as they were kept; every so many-th is also taken out of its
 * compression.
 */
const SAMPLED = 16

/** What became of an answer. */
export type Outcome =
  | { readonly kind: 'refused'; readonly code: string; readonly requestId: number }
  | {
      readonly kind: 'stored'
      readonly page: Page
      readonly rows: PageRows
      readonly step: PassStep
      readonly requestId: number
      readonly wasUsed: boolean
    }

export class HostileDatabase {
  /** Streams that were read once in an orderly way, by the name of their crawler. */
  readonly streams = new Map<string, Candidate[]>()
  readonly connection: BetterSqlite3.Database
  readonly #look: ReturnType<typeof prepare>
  #lastReject = 0
  #kept = Buffer.alloc(0)

  private constructor(
    readonly store: CrawlStore,
    private readonly run: OpenRun,
    private readonly crawlers: ReadonlyMap<string, Crawler>,
    private readonly bench: Bench,
    readonly name: string,
  ) {
    this.connection = bench.connect(name)
    this.#look = prepare(this.connection)
  }

  /** A database whose streams are those of a whole crawl of the world. */
  static async make(
    bench: Bench,
    name: string,
    world: World,
    crawlers: readonly Crawler[],
  ): Promise<HostileDatabase> {
    const store = bench.store(name)
    const plan = planRun(
      seedsOf(world).map(seed => ({
        seed,
        options: { collect: crawlers.map(crawler => crawler.name), depth: 2, maxPages: null },
      })),
      crawlers,
      { full: false, noGate: true, recheckMs: null },
    )
    const made = new HostileDatabase(
      store,
      await store.openRun(plan),
      new Map(crawlers.map(crawler => [crawler.name, crawler])),
      bench,
      name,
    )
    await made.#readAll(new Answers(world))
    return made
  }

  crawler(name: string): Crawler {
    const crawler = this.crawlers.get(name)
    if (crawler === undefined) throw new Error(`there is no crawler ${name}`)
    return crawler
  }

  /**
   * Takes an answer through all that a crawl does with one: what it means, its rows, how the pass stands, the
   * commit.
   */
  async take(stream: Candidate, body: Buffer): Promise<Outcome> {
    const crawler = this.crawler(stream.stream)
    const lease = await this.store.reserve(
      { ...stream, checkpoint: this.checkpoint(stream) },
      crawler.route,
      PRICE,
    )
    const { requestId, candidate } = lease
    const meaning = interpretAnswer(routes[crawler.route], candidate.checkpoint.cursor !== null, {
      status: 200,
      headers: {},
      text: body.toString('utf8'),
    })
    if (meaning.kind === 'refusal') {
      await this.#refuse(lease, body, `${meaning.code}: ${meaning.message}`)
      return { kind: 'refused', code: meaning.code, requestId }
    }
    const { page } = meaning
    const wasUsed = page.next !== null && (await this.store.cursorWasUsed(stream.streamId, page.next))
    const rows = crawler.interpret(page, stream.subject)
    const items = rows.listed.filter(item => item !== undefined)
    const reach =
      crawler.order === 'newest-first'
        ? reachOf(rows, await this.store.known(candidate, items), null)
        : undefined
    const brings = await this.store.brings(candidate, items)
    const step = advance(page, candidate, { order: crawler.order, reach, brings, cursorWasUsed: wasUsed })
    const settlement = { state: 'answered', status: 200, cost: PRICE, error: null } as const
    await this.store.commitPage({
      lease,
      settlement,
      body: this.#keep(body),
      served: page.items.length,
      rows,
      brings,
      step,
      ranks: crawler.ranks,
      audit: auditOf(reach, candidate),
      programVersion: '0.0.0-fuzz',
    })
    return { kind: 'stored', page, rows, step, requestId, wasUsed }
  }

  /**
   * What the ledger, the archive and the checkpoint say of the newest request, seen through another
   * connection.
   */
  seen(
    requestId: number,
    stream: Candidate,
    body: Buffer,
  ): { state: unknown; isKept: boolean; rejects: string[]; passState: string; cursor: string | null } {
    const page = this.#look.page.get(requestId) as { id: number; body: Buffer } | undefined
    const rejects = this.#look.rejects.all(this.#lastReject) as { id: number; raw: string }[]
    this.#lastReject = rejects.at(-1)?.id ?? this.#lastReject
    const { passState, cursor } = this.checkpoint(stream)
    return {
      state: this.#look.request.get(requestId),
      isKept:
        page !== undefined &&
        page.body.equals(this.#kept) &&
        (page.id % SAMPLED !== 0 || gunzipSync(page.body).equals(body)),
      rejects: rejects.map(({ raw }) => raw),
      passState,
      cursor,
    }
  }

  holds(kind: 'user' | 'post' | 'comment', id: string): boolean {
    return this.#look[kind].get(id) !== undefined
  }

  async close(): Promise<void> {
    this.connection.close()
    await this.bench.closeStore(this.store)
    this.bench.remove(this.name)
  }

  checkpoint(stream: Candidate): Checkpoint {
    return { ...stream.checkpoint, ...(this.#look.checkpoint.get(stream.streamId) as Partial<Checkpoint>) }
  }

  #keep(body: Buffer): Buffer {
    this.#kept = gzipSync(body, QUICKLY)
    return this.#kept
  }

  async #refuse(lease: Lease, body: Buffer, error: string): Promise<void> {
    const settlement = { state: 'answered', status: 200, cost: PRICE, error } as const
    await this.store.commitRefusal({
      lease,
      settlement,
      body: this.#keep(body),
      step: { to: 'failed', reason: error, endsPass: false },
    })
  }

  async #readAll(answers: Answers): Promise<void> {
    for (
      let stream = await this.store.next(this.run);
      stream !== undefined;
      stream = await this.store.next(this.run)
    ) {
      const { cursor } = stream.checkpoint
      const crawler = this.crawler(stream.stream)
      const body = answers.at('native', 'tikhub', {
        route: crawler.route,
        subject: stream.subject.id,
        cursor: cursor ?? '',
      })
      const known = this.streams.get(stream.stream) ?? []
      const outcome = await this.take(stream, Buffer.from(JSON.stringify(body)))
      if (outcome.kind === 'refused' || outcome.rows.rejects.length > 0)
        throw new Error(`a valid answer was refused: ${JSON.stringify(outcome)}`)
      if (cursor === null && outcome.page.items.length > 0 && known.length < STREAMS_EACH)
        this.streams.set(stream.stream, [...known, stream])
    }
  }
}

/** Subjects that each crawler is tried on. */
const STREAMS_EACH = 4

function seedsOf(world: World): Seed[] {
  const texts = [
    'feed',
    'leaderboard',
    'search:a',
    ...[...world.users.keys()].slice(0, 3),
    ...[...world.posts.keys()].slice(0, 3),
  ]
  return texts.map(text => parseSeed(text)).filter(seed => 'id' in seed)
}

function prepare(connection: BetterSqlite3.Database) {
  const byId = (table: string) => connection.prepare(`SELECT 1 FROM ${table} WHERE id = ?`).pluck()
  return {
    request: connection.prepare('SELECT state FROM requests WHERE id = ?').pluck(),
    // Requests are entered in order and settled at once: the newest page is theirs.
    page: connection.prepare(
      'SELECT id, body FROM pages WHERE id = (SELECT max(id) FROM pages) AND request_id = ?',
    ),
    rejects: connection.prepare('SELECT id, raw FROM rejects WHERE id > ?'),
    checkpoint: connection.prepare(
      'SELECT pass, pass_state AS passState, cursor, pages, items, empty_pages AS emptyPages FROM ' +
        'checkpoints WHERE id = ?',
    ),
    user: byId('users'),
    post: byId('posts'),
    comment: byId('comments'),
  }
}
