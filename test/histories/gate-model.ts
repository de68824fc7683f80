/** A listing behind counters: when it may be asked, and when it has to be. */
import type { Page } from './listing.js'
import { PassModel, type Mode } from './pass-model.js'

export interface Rules extends Mode {
  noGate: boolean
}

export class GateModel {
  readonly passes: PassModel
  readonly problems: string[] = []
  /** The counters as they were last told; NULL where nobody did. */
  #told: readonly (number | null)[] = []
  /**
   * What they were before each pass, by its number, and before the last completed one: a pass that stepped aside
   * for one of the other mode comes back with its own. A restart may count as another beginning.
   */
  readonly #begun = new Map<number, readonly string[]>()
  #read: readonly string[] = []
  #atHand = 0
  /** The newest pass that has completed. */
  #newest = 0
  #isReadNow = false
  #rules: Rules = { full: false, maxPages: null, noGate: false }

  constructor(
    private readonly name: string,
    watched: ConstructorParameters<typeof PassModel>[0],
  ) {
    this.passes = new PassModel(watched)
  }

  begin(rules: Rules): void {
    this.#rules = rules
    this.#isReadNow = false
    this.passes.begin(rules)
  }

  tell(counters: readonly (number | null)[]): void {
    this.#told = counters
  }

  asked(cursor: string | null): void {
    const { full, noGate } = this.#rules
    if (!full && !noGate && this.#isShut())
      this.problems.push(`${this.name} was asked although ${this.#now()} says that there is nothing new`)
    const how = this.passes.asked(cursor)
    const { pass } = this.passes
    if (how === 'begins') this.#begun.set(pass, [this.#now()])
    if (how === 'restarts') this.#begun.set(pass, [...this.#begunAt(this.#atHand), this.#now()])
    this.#atHand = pass
  }

  answered(page: Page): void {
    this.passes.answered(page)
    if (this.passes.state !== 'completed') return
    this.#isReadNow = true
    // An older pass that completes late does not make what a newer one has read any older.
    if (this.#atHand < this.#newest) return
    this.#newest = this.#atHand
    this.#read = this.#begunAt(this.#atHand)
  }

  /**
   * After a finished run nothing that moved has been left out. Who finishes a pass that another run has begun
   * may leave what has moved since to the next run: its counters are those of the beginning.
   */
  leftOut(): string[] {
    const isRead = this.#isReadNow || (this.passes.state === 'completed' && this.#read.includes(this.#now()))
    const isDone = isRead || this.passes.state === 'failed' || this.#isShut()
    return isDone
      ? []
      : [`${this.name} was left out: ${this.#now()} now, ${this.#read.join(' or ')} when it was read`]
  }

  #begunAt(pass: number): readonly string[] {
    return this.#begun.get(pass) ?? []
  }

  #now(): string {
    return JSON.stringify(this.#told)
  }

  #isShut(): boolean {
    const told = this.#told.filter(counter => counter !== null)
    if (told.length === 0) return false
    return (
      told.every(counter => counter === 0) ||
      (this.#read.length > 0 && this.#read.every(read => read === this.#now()))
    )
  }
}
