/** Plays a history of one newest-first listing, and says everything that went against the contract. */
import type { CrawlOutcome } from '../../src/crawl/index.js'
import type { Asked, Reply, TinyApi } from './api.js'
import type { Bench, Opened } from './invocation.js'
import { Listing } from './listing.js'
import { picked, type CrawlMove, type History, type Move, type StreamName } from './moves.js'
import { PassModel, type Completed, type Cost } from './pass-model.js'

const USER = 'user-subject'
const ROUTES: Record<StreamName, string> = {
  posts: 'get_user_posts',
  followers: 'get_user_followers',
  following: 'get_user_following',
  cameos: 'get_user_cameo_appearances',
}

export interface Played {
  costs: readonly Cost[]
  crawls: number
  completed: number
}

export class OneListing {
  readonly #items: 'posts' | 'users'
  readonly #listing: Listing
  readonly #model: PassModel
  readonly #gone = new Set<string>()
  #elsewhere: string[] = []
  #last: CrawlMove | undefined
  #deadCursors = 0
  /** Requests of the invocation at hand: all, and those of the listing. */
  #sent = 0
  #asked = 0
  #crawls = 0
  #completed = 0
  #onRequest: () => void = () => undefined

  constructor(
    private readonly history: History,
    private readonly bench: Bench,
    private readonly opened: Opened,
  ) {
    this.#items = history.stream === 'posts' || history.stream === 'cameos' ? 'posts' : 'users'
    this.#listing = new Listing(this.#items === 'posts' ? 's_' : 'user-')
    this.#model = new PassModel({
      order: 'newest-first',
      size: history.pageSize,
      shown: () => this.#listing.shown,
    })
    this.#listing.publish(history.atFirst)
  }

  async play(api: TinyApi): Promise<Played> {
    api.answer = asked => this.#answer(asked)
    for (const move of this.history.moves) await this.#make(move)
    // The calm crawls at the end are ours, not the history's: they would flatter the figures.
    const played = { costs: [...this.#model.costs], crawls: this.#crawls, completed: this.#completed }
    await this.#settleDown()
    return played
  }

  async #make(move: Move): Promise<void> {
    const { shown } = this.#listing
    switch (move.do) {
      case 'publish':
        return this.#listing.publish(move.count)
      case 'delete':
        return this.#listing.remove(new Set(this.#doomed(move)))
      case 'pin': {
        const id = picked(shown, shown.length === 0 ? 0 : move.salt % shown.length)
        if (id !== undefined) this.#model.moved(id)
        return this.#listing.pin(id)
      }
      case 'unpin':
        return this.#listing.pin(undefined)
      case 'kill':
        this.#deadCursors = move.times
        return
      case 'show elsewhere':
        this.#elsewhere = shown.slice(move.from, move.from + move.count)
        return
      case 'go on':
        return this.#last === undefined ? undefined : this.#crawl({ ...this.#last, cut: null })
      case 'crawl':
        this.#last = move
        return this.#crawl(move)
    }
  }

  #doomed({ where, count, salt }: Extract<Move, { do: 'delete' }>): string[] {
    const { shown } = this.#listing
    if (where === 'head') return shown.slice(0, count)
    if (where === 'boundary') return this.#model.heldAtStart.slice(salt % 3, (salt % 3) + count)
    return Array.from({ length: count }, (_, n) => picked(shown, salt * (n + 1))).filter(
      id => id !== undefined,
    )
  }

  /** In the end somebody crawls in peace: everything is held, and once more costs one request. */
  async #settleDown(): Promise<void> {
    this.#deadCursors = 0
    const calm: CrawlMove = {
      do: 'crawl',
      what: 'listing',
      full: false,
      maxPages: null,
      cut: null,
      meanwhile: 0,
    }
    // The first may only finish what was begun; the second sees the news since.
    for (let n = 0; n < 3; n += 1) await this.#crawl(calm)
    const missing = this.#listing.shown.filter(id => !this.#model.known.has(id))
    // A page of nothing but what had been pinned can end a pass before what never was read: the contract's
    // own limit.
    if (missing.length > 0)
      throw new Error(`three calm crawls left ${missing.length} items unread, such as ${missing[0]}`)
    await this.#crawl(calm)
    if (this.#asked !== 1) throw new Error(`with nothing new a crawl cost ${this.#asked} requests`)
  }

  async #crawl(move: CrawlMove): Promise<void> {
    const { stream } = this.history
    const elsewhere = this.#items === 'posts' ? 'feed' : 'leaderboard'
    const seeds = [
      ...(move.what === 'elsewhere' ? [] : [USER]),
      ...(move.what === 'listing' ? [] : [elsewhere]),
    ]
    const collect = move.what === 'elsewhere' ? ['profile'] : [stream]
    this.#model.begin(move)
    this.#sent = 0
    this.#asked = 0
    this.#crawls += 1
    let meanwhile = move.meanwhile
    const cut = move.cut
    const outcome = await this.bench.crawl(this.opened.file, {
      seeds,
      collect,
      full: move.full,
      maxPages: move.maxPages,
      maxRequests: cut?.by === 'cap' ? cut.after : null,
      onStart: stop => {
        this.#onRequest = () => {
          if (cut?.by === 'stop' && this.#sent >= cut.after) stop()
          if (this.#sent !== 2 || meanwhile === 0) return
          this.#listing.publish(meanwhile)
          meanwhile = 0
        }
      },
    })
    if (move.cut === null && !outcome.finished)
      throw new Error(`the crawl ended by itself: ${outcome.stopped}`)
    this.#judge(move, outcome)
  }

  #answer({ route, subject, cursor }: Asked): Reply {
    this.#sent += 1
    const reply =
      route === ROUTES[this.history.stream] && subject === USER
        ? this.#mainPage(cursor)
        : this.#otherPage(route)
    this.#onRequest()
    return reply
  }

  #mainPage(cursor: string | null): Reply {
    this.#asked += 1
    this.#model.asked(cursor)
    if (cursor !== null && this.#deadCursors > 0) {
      this.#deadCursors -= 1
      this.#model.refused()
      return { status: 400, message: 'The cursor has expired.' }
    }
    const page = this.#listing.page(cursor, this.history.pageSize)
    for (const id of page.ids) this.#gone.delete(id)
    this.#model.answered(page)
    return { status: 200, data: { items: page.ids.map(id => this.#record(id)), cursor: page.next } }
  }

  #otherPage(route: string): Reply {
    if (route === 'get_feed' || route === 'get_cameo_leaderboard') {
      return { status: 200, data: { items: this.#elsewhere.map(id => this.#record(id)), cursor: null } }
    }
    return { status: 404, message: 'Not found' }
  }

  #record(id: string): unknown {
    return this.#items === 'users'
      ? { user_id: id, username: id.slice(-8) }
      : {
          post: { id, shared_by: this.history.stream === 'posts' ? USER : 'user-author', text: id },
          profile: null,
        }
  }

  #judge(move: CrawlMove, outcome: CrawlOutcome): void {
    const model = this.#model
    const problems = model.problems.splice(0)
    for (const pass of model.completed.splice(0)) {
      this.#completed += 1
      problems.push(...this.#missingOf(pass))
      this.#expectGone(pass)
    }
    const isAtCap = this.#isAtCap(move)
    if (isAtCap && (outcome.finished || this.#checkpoint()?.[0] === 'capped')) model.endAtCap()
    problems.push(...this.#checkpointProblems(), ...this.#goneProblems())
    if (
      move.what !== 'elsewhere' &&
      outcome.finished &&
      !outcome.run.resumed &&
      this.#asked === 0 &&
      !isAtCap
    ) {
      problems.push('a new run sent nothing')
    }
    if (problems.length > 0) throw new Error(problems.join('\n'))
  }

  /** A pass that was interrupted at or above this run's cap ends there, without a request. */
  #isAtCap({ what, full, maxPages }: CrawlMove): boolean {
    const { state, full: wasFull, pages } = this.#model
    return (
      what !== 'elsewhere' &&
      this.#asked === 0 &&
      state === 'open' &&
      wasFull === full &&
      maxPages !== null &&
      pages >= maxPages
    )
  }

  #missingOf(pass: Completed): string[] {
    const { db } = this.opened
    const stored = {
      rows: new Set(db.prepare(`select id from ${this.#items}`).pluck().all()),
      members: new Set(
        db
          .prepare('select item_id from members join checkpoints on id = stream_id where stream = ?')
          .pluck()
          .all(this.history.stream),
      ),
      edges: new Set(
        db
          .prepare('select iif(source_id = :user, target_id, source_id) from edges')
          .pluck()
          .all({ user: USER }),
      ),
    }
    const kept = (id: string): boolean =>
      stored.rows.has(id) &&
      stored.members.has(id) &&
      (this.history.stream === 'posts' || stored.edges.has(id))
    return this.#model
      .owed(pass)
      .filter(id => !kept(id))
      .map(id => `a pass completed without ${id}`)
  }

  #expectGone({ full, flawed, listed }: Completed): void {
    if (!full || flawed) return
    for (const id of this.#model.listedEver) if (!listed.has(id)) this.#gone.add(id)
  }

  #goneProblems(): string[] {
    if (this.history.stream === 'posts') return []
    const marked = this.opened.db
      .prepare(
        'select iif(source_id = :user, target_id, source_id) from edges where gone_at is not null order by 1',
      )
      .pluck()
      .all({ user: USER })
    const expected = [...this.#gone].toSorted()
    return JSON.stringify(marked) === JSON.stringify(expected)
      ? []
      : [`gone are ${JSON.stringify(marked)}, not ${JSON.stringify(expected)}`]
  }

  #checkpoint(): readonly unknown[] | undefined {
    const checkpoint = this.opened.db.prepare<string, unknown[]>(
      'select pass_state, pages, pass, "full" from checkpoints where stream = ?',
    )
    return checkpoint.raw().get(this.history.stream)
  }

  #checkpointProblems(): string[] {
    const found = this.#checkpoint()
    const { state, pages, pass, full } = this.#model
    const expected = [state, pages, pass, full ? 1 : 0]
    if (found === undefined || JSON.stringify(found) === JSON.stringify(expected)) return []
    return [`the checkpoint is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`]
  }
}
