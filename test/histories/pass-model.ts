/**
 * The contract's words about passes as a machine that watches requests: what may be asked next, and how a
 * pass ends.
 */
import type { Page } from './listing.js'

export interface Mode {
  full: boolean
  maxPages: number | null
}

export interface Completed {
  heldAtStart: ReadonlySet<string>
  listed: ReadonlySet<string>
  full: boolean
  flawed: boolean
}

export interface Watched {
  order: 'newest-first' | 'ranked'
  size: number
  shown: () => readonly string[]
}

/** What an ordinary pass read, and what somebody who knows the changes would have read in its place. */
export interface Cost {
  pages: number
  oracle: number
  /** Nothing was known yet: there was no choice. */
  isFirst: boolean
}

/** An open pass that stepped aside for one of the other mode. */
interface Parked {
  full: boolean
  pages: number
  pass: number
  heldAtStart: readonly string[]
  cursor: string | null
  listed: Set<string>
  moved: Set<string>
  diedAt: number | null
  oracle: number
  isFirst: boolean
}

const TAIL = 5

export class PassModel {
  state: 'none' | 'open' | 'completed' | 'capped' | 'failed' = 'none'
  full = false
  pages = 0
  /** The number of the pass: passes begun before it, restarts included, and itself. */
  pass = 0
  heldAtStart: readonly string[] = []
  /** Listed by a completed pass. */
  readonly known = new Set<string>()
  /** Listed by any pass. */
  readonly listedEver = new Set<string>()
  readonly problems: string[] = []
  readonly completed: Completed[] = []
  readonly costs: Cost[] = []
  #cursor: string | null = null
  #listed = new Set<string>()
  #moved = new Set<string>()
  #flawed = false
  #begunHere = false
  #restartedHere = false
  #diedAt: number | null = null
  #oracle = 1
  #isFirst = true
  #mode: Mode = { full: false, maxPages: null }
  #begun = 0
  #parked: Parked | undefined

  constructor(private readonly watched: Watched) {}

  begin(mode: Mode): void {
    this.#mode = mode
    this.#begunHere = false
    this.#restartedHere = false
  }

  /** An item that changes its place while a pass is under way may slip past it. */
  moved(id: string): void {
    this.#moved.add(id)
    this.#parked?.moved.add(id)
  }

  asked(cursor: string | null): 'begins' | 'restarts' | 'goes on' {
    if (this.full !== this.#mode.full) this.#exchange()
    const sameMode = this.full === this.#mode.full
    const goesOn = sameMode && (this.state === 'open' || (this.state === 'capped' && cursor !== null))
    if (!goesOn || (this.state === 'open' && cursor === null && this.#cursor === null)) {
      if (cursor !== null)
        this.#problem(`asked at ${cursor} where no pass can go on (${this.state}, full ${this.full})`)
      this.#start(goesOn)
      return goesOn && this.#diedAt !== null ? 'restarts' : 'begins'
    }
    if (cursor !== this.#cursor)
      this.#problem(`asked at ${cursor ?? 'the top'} where the pass goes on at ${this.#cursor}`)
    if (this.#mode.maxPages !== null && this.pages >= this.#mode.maxPages)
      this.#problem(`page ${this.pages + 1} is above the cap`)
    if (this.pages > 0 && !this.#begunHere) this.#flawed = true
    this.#begunHere = true
    this.state = 'open'
    return 'goes on'
  }

  answered({ ids, next }: Page): void {
    this.pages += 1
    for (const id of ids) this.#listed.add(id)
    for (const id of ids) this.listedEver.add(id)
    const tail = ids.slice(-TAIL)
    const endsInKnown =
      this.watched.order === 'newest-first' && tail.length > 0 && tail.every(id => this.known.has(id))
    this.#cursor = next
    if (next === null || (endsInKnown && !this.full)) this.#complete()
    else if (this.#mode.maxPages !== null && this.pages >= this.#mode.maxPages) this.#end('capped')
  }

  /**
   * The cursor was refused: once from the top in each invocation, and never again where that led no deeper.
   */
  refused(): void {
    this.#settle(true)
    const noDeeper = this.#diedAt !== null && this.pages <= this.#diedAt
    if (this.#restartedHere || noDeeper) {
      this.state = 'failed'
      return
    }
    this.#restartedHere = true
    this.#diedAt = this.pages
    this.#cursor = null
    this.pages = 0
    this.#begun += 1
    this.pass = this.#begun
  }

  /** The interrupted pass was found to be as long as the cap of a run that has not asked for anything. */
  endAtCap(): void {
    this.#end('capped')
  }

  /** What must be stored of a listing once a pass over it has completed. */
  owed({ heldAtStart }: Completed): string[] {
    const held = new Set(this.watched.shown())
    return [...heldAtStart].filter(id => held.has(id) && !this.#moved.has(id))
  }

  #start(again: boolean): void {
    if (this.state === 'open' && !again) this.#settle(true)
    if (!again) {
      this.#begun += 1
      this.pass = this.#begun
    }
    this.#flawed = again
    if (!again) this.#diedAt = null
    this.state = 'open'
    this.full = this.#mode.full
    this.pages = 0
    this.#cursor = null
    this.#listed = new Set()
    this.#moved = new Set()
    this.#begunHere = true
    this.#isFirst = this.known.size === 0
    this.heldAtStart = [...this.watched.shown()]
    this.#oracle = Math.max(
      1,
      Math.ceil((this.heldAtStart.findLastIndex(id => !this.listedEver.has(id)) + 1) / this.watched.size),
    )
  }

  /**
   * The open pass steps aside; that of the other mode goes on if there is one, and it is not as long as the
   * cap.
   */
  #exchange(): void {
    const back = this.#parked
    this.#parked = undefined
    if (this.state === 'open' && this.pages > 0) this.#park()
    if (back === undefined) return
    const isAtCap = this.#mode.maxPages !== null && back.pages >= this.#mode.maxPages
    this.state = 'open'
    this.full = back.full
    this.pages = back.pages
    this.pass = back.pass
    this.heldAtStart = back.heldAtStart
    this.#cursor = back.cursor
    this.#listed = back.listed
    this.#moved = back.moved
    this.#diedAt = back.diedAt
    this.#oracle = back.oracle
    this.#isFirst = back.isFirst
    this.#flawed = true
    if (isAtCap) this.#end('capped')
  }

  #park(): void {
    this.#parked = {
      full: this.full,
      pages: this.pages,
      pass: this.pass,
      heldAtStart: this.heldAtStart,
      cursor: this.#cursor,
      listed: this.#listed,
      moved: this.#moved,
      diedAt: this.#diedAt,
      oracle: this.#oracle,
      isFirst: this.#isFirst,
    }
    this.state = 'none'
  }

  #complete(): void {
    if (this.full && this.#parked?.full === false && this.#parked.pass < this.pass) this.#parked = undefined
    for (const id of this.#listed) this.known.add(id)
    this.completed.push({
      heldAtStart: new Set(this.heldAtStart),
      listed: this.#listed,
      full: this.full,
      flawed: this.#flawed,
    })
    this.#settle(false)
    this.state = 'completed'
  }

  #end(state: 'capped'): void {
    this.#settle(true)
    this.state = state
  }

  /**
   * Full passes read everything by their nature, ranked listings have no early stop: neither says anything
   * about it.
   */
  #settle(cut: boolean): void {
    if (this.full || this.watched.order === 'ranked' || this.pages === 0) return
    this.costs.push({
      pages: this.pages,
      isFirst: this.#isFirst,
      oracle: cut ? Math.min(this.#oracle, this.pages) : this.#oracle,
    })
  }

  #problem(text: string): void {
    this.problems.push(text)
  }
}
