/** The most that one invocation may send and pay; null: no cap. */
export interface BudgetCaps {
  readonly maxRequests: number | null
  /** Millionths of a dollar. */
  readonly maxCost: number | null
}

/**
 * The hard caps of an invocation. A request in flight counts with its full price until its answer says what
 * it cost, so that no order of answers can lead past a cap.
 */
export class Budget {
  readonly #caps: BudgetCaps
  #sent = 0
  #paid = 0
  #reserved = 0

  constructor(caps: BudgetCaps) {
    this.#caps = caps
  }

  /** `no`: nothing more may be sent. `wait`: it depends on what the requests in flight will have cost. */
  allows(price: number): 'yes' | 'wait' | 'no' {
    const { maxRequests, maxCost } = this.#caps
    if (maxRequests !== null && this.#sent >= maxRequests) return 'no'
    if (maxCost === null || this.#paid + this.#reserved + price <= maxCost) return 'yes'
    return this.#paid + price <= maxCost ? 'wait' : 'no'
  }

  reserve(price: number): void {
    this.#sent += 1
    this.#reserved += price
  }

  settle(price: number, cost: number): void {
    this.#reserved -= price
    this.#paid += cost
  }
}
