/** Crawls over a store beside a model of what must be the case; every answer of the store is compared. */
import { expect } from 'vitest'
import type {
  Candidate,
  CrawlStore,
  Lease,
  Member,
  OpenRun,
  PassStep,
  RefusalStep,
  RunPlan,
} from '../../../src/db/index.js'
import { scopeOf, wider, type InScope } from './oracle.js'
import { answer, finish, refuse, take } from './plans.js'
import { enter, type World } from './world.js'

type State = 'ready' | 'claimed' | 'complete' | 'capped' | 'failed' | 'refused'

interface StreamModel extends InScope {
  state: State
}

interface RunModel {
  readonly startedAfter: number
  readonly streams: Map<string, StreamModel>
}

interface PassModel {
  state: 'none' | 'open' | 'completed' | 'capped' | 'failed'
  full: boolean
  pages: number
  /** Requests that were sent before it began. */
  after: number
  /** The run whose cap cut it. */
  cappedIn?: RunModel | undefined
  readIn?: RunModel | undefined
  /** Its number; passes begin in the order of their numbers. */
  number?: number
}

const keyOf = ({ stream, subject }: Candidate): string => `${stream} ${subject.id}`
const allows = (maxPages: number | null, page: number): boolean => maxPages === null || page <= maxPages

export class Simulation {
  readonly #known = new Map<string, Map<string, Member>>()
  readonly #handles = new Map<string, string>()
  readonly #passes = new Map<string, PassModel>()
  /** Open passes that stepped aside for one of the other mode. */
  readonly #parked = new Map<string, PassModel>()
  readonly #newest = new Map<string, number>()
  readonly #runs = new Map<string, RunModel>()
  #inFlight: Lease[] = []
  #requests = 0
  #store: CrawlStore
  #plan: RunPlan
  #run: OpenRun = { id: 0, resumed: false, full: false }

  constructor(
    readonly world: World,
    plan: RunPlan,
    readonly openStore: () => CrawlStore,
  ) {
    this.#plan = plan
    this.#store = openStore()
  }

  get inFlight(): number {
    return this.#inFlight.length
  }

  /** Opens the command's run: a new one, or the one that was left. */
  async open(plan = this.#plan): Promise<void> {
    this.#plan = plan
    const left = this.#runs.get(plan.key)
    this.#run = await this.#store.openRun(plan)
    expect(this.#run.resumed).toBe(left !== undefined)
    const model = left ?? { startedAfter: this.#requests, streams: new Map<string, StreamModel>() }
    for (const stream of model.streams.values()) if (stream.state === 'claimed') stream.state = 'ready'
    this.#runs.set(plan.key, model)
    this.#refresh()
  }

  /** The process dies with its requests in flight; the same command, or another one, comes next. */
  async crash(plan = this.#plan): Promise<void> {
    this.#inFlight = []
    await this.#store.close()
    this.#store = this.openStore()
    await this.open(plan)
  }

  /** Asks for the next stream, and takes it unless it needs no request. @returns false if there is none */
  async reserve(): Promise<boolean> {
    const candidate = await this.#store.next(this.#run)
    this.#compare(candidate)
    if (candidate === undefined) return false
    const stream = this.#stream(keyOf(candidate))
    const pass = this.#pass(keyOf(candidate))
    const isLongEnough =
      candidate.checkpoint.passState === 'open' &&
      pass.full === this.#plan.full &&
      !allows(stream.maxPages, pass.pages + 1)
    if (candidate.alreadyRead || isLongEnough) {
      const state = candidate.alreadyRead ? 'complete' : 'capped'
      await this.#store.skip(candidate, state)
      if (state === 'capped') Object.assign(pass, { state, cappedIn: this.#model })
      stream.state = this.#isUnanswered(candidate) ? 'failed' : state
      return true
    }
    const sentBefore = this.#requests
    this.#requests += 1
    stream.state = 'claimed'
    const lease = await take(this.#store, candidate)
    expect(lease.requestId).toBe(this.#requests)
    const number = lease.candidate.checkpoint.pass
    const isNew = number > (this.#newest.get(keyOf(candidate)) ?? 0)
    if (pass.full !== this.#plan.full) this.#exchange(keyOf(candidate), stream.maxPages)
    expect(isNew).toBe(this.#begins(pass, isNew))
    if (isNew) Object.assign(pass, { pages: 0, full: this.#plan.full, after: sentBefore, number })
    if (isNew) this.#newest.set(keyOf(candidate), number)
    expect(number).toBe(pass.number)
    expect(lease.candidate.checkpoint).toMatchObject({ pages: pass.pages, full: pass.full })
    pass.state = 'open'
    this.#inFlight.push(lease)
    return true
  }

  /** One of the requests in flight is answered. */
  async commit(which: number): Promise<void> {
    const lease = this.#land(which)
    if (lease === undefined) return
    const { candidate } = lease
    const key = keyOf(candidate)
    const [stream, pass] = [this.#stream(key), this.#pass(key)]
    const { members, isLast, rows, handle } = this.world.page(
      candidate.stream,
      candidate.subject.id,
      pass.pages,
    )
    const cursor = `${key} ${pass.pages + 1}`
    const step: PassStep = isLast
      ? { state: 'completed' }
      : { state: allows(candidate.maxPages, pass.pages + 2) ? 'open' : 'capped', cursor }
    await answer(this.#store, lease, { rows, step, served: members.length })
    this.#learn(key, members)
    if (handle !== undefined) this.#handles.set(candidate.subject.id, handle)
    // A larger cap may have come while the page was on its way.
    const isCapped = step.state === 'capped' && !allows(stream.maxPages, pass.pages + 2)
    pass.pages += 1
    pass.state = isLast ? 'completed' : isCapped ? 'capped' : 'open'
    const parked = this.#parked.get(key)
    if (isLast && pass.full && parked?.full === false && Number(parked.number) < Number(pass.number))
      this.#parked.delete(key)
    pass.cappedIn = isCapped ? this.#model : undefined
    pass.readIn = this.#model
    stream.state = this.#isUnanswered(candidate)
      ? 'failed'
      : isLast
        ? 'complete'
        : isCapped
          ? 'capped'
          : 'ready'
    this.#refresh()
  }

  /** One of the requests in flight is refused. */
  async refuse(which: number, step: RefusalStep): Promise<void> {
    const lease = this.#land(which)
    if (lease === undefined) return
    const key = keyOf(lease.candidate)
    const [stream, pass] = [this.#stream(key), this.#pass(key)]
    await refuse(this.#store, lease, step)
    if (step.to === 'restart') this.#restart(key, pass)
    const isOver =
      (step.to === 'unavailable' && pass.pages === 0) ||
      step.to === 'doubtful' ||
      (step.to === 'failed' && step.endsPass)
    if (isOver) pass.state = 'failed'
    stream.state =
      step.to === 'ready' || step.to === 'restart' ? 'ready' : step.to === 'failed' ? 'failed' : 'refused'
    const names = lease.candidate.subject
    if (names.kind === 'link' && stream.state !== 'ready')
      this.#learn(key, [{ kind: 'post', id: names.id, hop: 0 }])
    this.#refresh()
  }

  /** Reads all that is left, and ends the run. */
  async finish(): Promise<void> {
    for (;;) {
      while (this.#inFlight.length > 0) await this.commit(this.#inFlight.length - 1)
      if (!(await this.reserve())) break
    }
    const count = (...states: State[]): number =>
      [...this.#model.streams.values()].filter(({ state }) => states.includes(state)).length
    expect(await this.#store.tally(this.#run.id)).toMatchObject({
      open: 0,
      failed: count('failed'),
      done: count('complete', 'capped', 'refused'),
    })
    await finish(this.#store, this.#run)
    this.#runs.delete(this.#plan.key)
  }

  async end(): Promise<void> {
    await this.#store.close()
  }

  get #model(): RunModel {
    return this.#runs.get(this.#plan.key) as RunModel
  }

  #stream(key: string): StreamModel {
    return this.#model.streams.get(key) as StreamModel
  }

  #pass(key: string): PassModel {
    const pass = this.#passes.get(key) ?? { state: 'none', full: false, pages: 0, after: 0 }
    this.#passes.set(key, pass)
    return pass
  }

  /** The open pass steps aside; that of the other mode goes on, unless it is as long as the cap. */
  #exchange(key: string, maxPages: number | null): void {
    const pass = this.#pass(key)
    const back = this.#parked.get(key)
    this.#parked.delete(key)
    if (pass.state === 'open' && pass.pages > 0) this.#parked.set(key, { ...pass })
    if (back !== undefined && allows(maxPages, back.pages + 1))
      Object.assign(pass, back, { state: 'open', cappedIn: undefined })
  }

  #restart(key: string, pass: PassModel): void {
    const number = (this.#newest.get(key) ?? 0) + 1
    Object.assign(pass, { pages: 0, after: this.#requests, number })
    this.#newest.set(key, number)
  }

  /**
   * Whether a pass begins anew, or goes on at its cursor. One that another run's cap has cut may do either,
   * as the store likes.
   */
  #begins({ state, full, after, cappedIn, readIn }: PassModel, likes: boolean): boolean {
    if (full !== this.#plan.full) return true
    const isOurs = cappedIn === this.#model || readIn === this.#model || after >= this.#model.startedAfter
    if (state === 'capped' && !isOurs) return likes
    return state !== 'open' && state !== 'capped'
  }

  #land(which: number): Lease | undefined {
    return this.#inFlight.splice(which % Math.max(1, this.#inFlight.length), 1)[0]
  }

  /** A search for the user of a handle that found nobody of that name. */
  #isUnanswered({ stream, subject }: Candidate): boolean {
    return (
      stream === 'search' &&
      !this.#handles.has(subject.id) &&
      this.#plan.seeds.some(({ kind, id }) => kind === 'handle' && id === subject.id)
    )
  }

  #learn(key: string, members: readonly Member[]): void {
    const known = this.#known.get(key) ?? new Map<string, Member>()
    for (const member of members) enter(known, member)
    this.#known.set(key, known)
  }

  /**
   * Applies the oracle to all that is known now; what has been reached before stays reached, by the widest
   * way.
   */
  #refresh(): void {
    const known = new Map([...this.#known].map(([key, members]) => [key, [...members.values()]]))
    for (const [key, now] of scopeOf(this.#plan, known, this.#handles)) {
      const before = this.#model.streams.get(key)
      const depth = Math.min(now.depth, before?.depth ?? now.depth)
      const maxPages = before === undefined ? now.maxPages : wider(before.maxPages, now.maxPages)
      const isWider = before !== undefined && before.maxPages !== maxPages
      const state = before === undefined || (before.state === 'capped' && isWider) ? 'ready' : before.state
      this.#model.streams.set(key, { depth, maxPages, state })
    }
  }

  #compare(candidate: Candidate | undefined): void {
    const ready = [...this.#model.streams].filter(([, { state }]) => state === 'ready')
    const shallowest = Math.min(...ready.map(([, { depth }]) => depth))
    if (candidate === undefined) return expect(ready.map(([key]) => key)).toEqual([])
    const key = keyOf(candidate)
    expect(ready.map(([one]) => one)).toContain(key)
    const { depth, maxPages } = this.#stream(key)
    const pass = this.#pass(key)
    const alreadyRead =
      pass.state === 'completed' && pass.after >= this.#model.startedAfter && (pass.full || !this.#plan.full)
    expect({
      key,
      depth: candidate.depth,
      maxPages: candidate.maxPages,
      alreadyRead: candidate.alreadyRead,
      pages: candidate.checkpoint.pages,
    }).toEqual({ key, depth, maxPages, alreadyRead, pages: pass.pages })
    expect(pass.state === 'capped' ? ['capped', 'open'] : [pass.state]).toContain(
      candidate.checkpoint.passState,
    )
    expect(depth).toBe(shallowest)
  }
}
