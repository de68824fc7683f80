/** Plays a history of posts with comments and replies, and says everything that went against the contract. */
import type { CrawlOutcome } from '../../src/crawl/index.js'
import type { Asked, Reply, TinyApi } from './api.js'
import { GateModel } from './gate-model.js'
import type { Bench, Opened } from './invocation.js'
import { Listing, type Page } from './listing.js'
import { picked } from './moves.js'
import type { Completed } from './pass-model.js'
import type { ThreadCrawl, ThreadHistory, ThreadMove } from './thread-moves.js'

const USER = 'user-author'

interface Thread {
  /** Comments of a post, or replies to a comment. */
  listing: Listing
  gate: GateModel
  stream: 'comments' | 'replies'
  /** The post of a comment. */
  post?: string
}

export class Threads {
  readonly #posts = new Listing('s_')
  readonly #threads = new Map<string, Thread>()
  readonly #listed = { posts: new Set<string>(), comments: new Set<string>() }
  #comments = 0
  #deadCursors = 0
  #sent = 0
  #onRequest: () => void = () => undefined

  constructor(
    private readonly history: ThreadHistory,
    private readonly bench: Bench,
    private readonly opened: Opened,
  ) {
    this.#post(history.posts)
  }

  async play(api: TinyApi): Promise<void> {
    api.answer = asked => this.#answer(asked)
    for (const move of this.history.moves) await this.#make(move)
    await this.#settleDown()
  }

  async #make(move: ThreadMove): Promise<void> {
    if (move.do === 'crawl') return this.#crawl(move)
    if (move.do === 'kill') {
      this.#deadCursors = move.times
      return
    }
    if (move.do === 'post') return this.#post(move.count)
    const id = picked(this.#posts.shown, move.post) ?? ''
    const { listing } = this.#thread(id)
    switch (move.do) {
      case 'comment':
        for (let n = 0; n < move.count; n += 1) this.#comment(id, move.at + n)
        return
      case 'delete comments':
        return listing.remove(new Set(listing.shown.slice(move.salt % 5, (move.salt % 5) + move.count)))
      case 'swap': {
        const old = picked(listing.shown, move.salt)
        if (old === undefined) return
        listing.remove(new Set([old]))
        return this.#comment(id, move.salt)
      }
      case 'reply': {
        const comment = picked(listing.shown, move.comment)
        if (comment !== undefined) this.#thread(comment).listing.publish(move.count)
      }
    }
  }

  /** Once everything that moved has been read, a crawl costs the page of posts and nothing else. */
  async #settleDown(): Promise<void> {
    this.#deadCursors = 0
    const calm: ThreadCrawl = { do: 'crawl', full: false, noGate: false, replies: true, cut: null }
    // Each may finish a pass begun before, and so leave the news to the next: of posts' comments, then of
    // their replies.
    for (let n = 0; n < 5; n += 1) await this.#crawl(calm)
    if (this.#sent !== 1) throw new Error(`with nothing new a crawl cost ${this.#sent} requests`)
  }

  async #crawl(move: ThreadCrawl): Promise<void> {
    const rules = { full: move.full, noGate: move.noGate, maxPages: null }
    for (const { gate } of this.#threads.values()) gate.begin(rules)
    this.#sent = 0
    const outcome = await this.bench.crawl(this.opened.file, {
      seeds: [USER],
      collect: ['posts', 'comments', ...(move.replies ? ['replies'] : [])],
      full: move.full,
      noGate: move.noGate,
      maxRequests: move.cut?.by === 'cap' ? move.cut.after : null,
      onStart: stop => {
        this.#onRequest = () => {
          if (move.cut?.by === 'stop' && this.#sent >= move.cut.after) stop()
        }
      },
    })
    if (move.cut === null && !outcome.finished)
      throw new Error(`the crawl ended by itself: ${outcome.stopped}`)
    this.#judge(move, outcome)
  }

  #judge(move: ThreadCrawl, outcome: CrawlOutcome): void {
    const stored = new Set(this.opened.db.prepare('select id from comments').pluck().all())
    const problems: string[] = []
    for (const [subject, { gate, listing, stream }] of this.#threads) {
      problems.push(...gate.problems.splice(0), ...gate.passes.problems.splice(0))
      for (const pass of gate.passes.completed.splice(0)) {
        problems.push(
          ...gate.passes
            .owed(pass)
            .filter(id => !stored.has(id))
            .map(id => `${stream} of ${subject} completed without ${id}`),
        )
        if (stream === 'comments') this.#forgetGone(pass, listing)
      }
      const inScope = stream === 'comments' ? this.#listed.posts : this.#listed.comments
      const wanted = inScope.has(subject) && (stream === 'comments' || move.replies)
      if (wanted && outcome.finished && !outcome.run.resumed && !move.full && !move.noGate)
        problems.push(...gate.leftOut())
    }
    if (problems.length > 0) throw new Error(problems.join('\n'))
  }

  /** What a flawless full pass no longer lists gives no scope any more. */
  #forgetGone({ full, flawed, listed }: Completed, listing: Listing): void {
    if (!full || flawed) return
    const post = [...this.#threads.values()].find(thread => thread.listing === listing)
    for (const id of post?.gate.passes.listedEver ?? []) if (!listed.has(id)) this.#listed.comments.delete(id)
  }

  #answer({ route, subject, cursor }: Asked): Reply {
    this.#sent += 1
    const reply =
      route === 'get_user_posts' ? this.#postsPage(cursor) : this.#threadPage(this.#thread(subject), cursor)
    this.#onRequest()
    return reply
  }

  #postsPage(cursor: string | null): Reply {
    const { ids, next } = this.#posts.page(cursor, 30)
    const items = ids.map(id => {
      this.#listed.posts.add(id)
      const counters = this.#countersOf(id)
      this.#thread(id).gate.tell(counters)
      const [reply_count, recursive_reply_count] = counters
      return { post: { id, shared_by: USER, reply_count, recursive_reply_count } }
    })
    return { status: 200, data: { items, cursor: next } }
  }

  #threadPage({ gate, listing, stream, post }: Thread, cursor: string | null): Reply {
    gate.asked(cursor)
    if (cursor !== null && this.#deadCursors > 0) {
      this.#deadCursors -= 1
      gate.passes.refused()
      return { status: 400, message: 'The cursor has expired.' }
    }
    const page: Page = listing.page(cursor, this.history.pageSize)
    gate.answered(page)
    const items = page.ids.map(id => ({
      post: {
        id,
        shared_by: 'user-fan',
        text: id,
        ...(stream === 'comments' ? this.#countReplies(id) : { reply_count: 0 }),
      },
    }))
    return { status: 200, data: { post: { id: post }, children: { items, cursor: page.next } } }
  }

  #countReplies(comment: string): { reply_count: number } {
    this.#listed.comments.add(comment)
    const { gate, listing } = this.#thread(comment)
    gate.tell([listing.shown.length])
    return { reply_count: listing.shown.length }
  }

  #countersOf(post: string): [number, number | null] {
    const comments = this.#thread(post).listing.shown
    const replies = comments.reduce((sum, id) => sum + this.#thread(id).listing.shown.length, 0)
    return [comments.length, this.history.tellsRecursive ? comments.length + replies : null]
  }

  #thread(subject: string): Thread {
    const known = this.#threads.get(subject)
    if (known === undefined) throw new Error(`nothing is known of ${subject}`)
    return known
  }

  #post(count: number): void {
    this.#posts.publish(count)
    for (const id of this.#posts.shown.slice(0, count))
      this.#threads.set(id, newThread(id, this.history.pageSize, 'comments'))
  }

  #comment(post: string, at: number): void {
    this.#comments += 1
    const id = `c${String(this.#comments).padStart(6, '0')}`
    const { listing } = this.#thread(post)
    listing.insertAt(at % (listing.shown.length + 1), id)
    this.#threads.set(id, { ...newThread(id, this.history.pageSize, 'replies'), post })
  }
}

function newThread(subject: string, size: number, stream: Thread['stream']): Thread {
  const listing = new Listing(`${subject}-`)
  const gate = new GateModel(`${stream} of ${subject}`, { order: 'ranked', size, shown: () => listing.shown })
  return { listing, gate, stream }
}
