import { mix, Permutation } from './chance.js'
import type { Listing } from './listing.js'
import { listingOf } from './listing.js'
import { Memo } from './memo.js'
import { Shares } from './shares.js'

/** Nobody follows more than this: each user has one choice per slot. */
const SLOTS = 128

/** How eagerly a part of the users follows: hubs by `top / rank ** fall`, everyone else by `tail / rank`. */
const temperaments = [
  { part: 0.03, top: 0.95, fall: 0.12, tail: 20 },
  { part: 0.17, top: 0.7, fall: 0.45, tail: 6 },
  { part: 0.8, top: 0.6, fall: 0.9, tail: 1 },
] as const

interface Slot {
  readonly order: Permutation
  readonly shares: Shares
}

interface Stratum {
  readonly first: number
  readonly size: number
  readonly slots: readonly Slot[]
}

/**
 * Who follows whom. The users that may be followed are dealt to slots (index modulo SLOTS), so two slots
 * never name the same person; in each slot a shuffle puts the followers on a line, and the line is cut into
 * shares, one per followed user. Read forwards this gives a user's following, read backwards anybody's
 * followers, page by page.
 */
export class Graph {
  readonly #activity: Permutation
  readonly #strata: readonly Stratum[]
  readonly #following: Memo<readonly number[]>

  constructor(
    readonly key: number,
    readonly users: number,
  ) {
    this.#activity = new Permutation(mix(key, 1), users)
    this.#strata = stratify(key, users)
    this.#following = new Memo(4096, user => this.#choices(user))
  }

  following(user: number): Listing {
    return listingOf(this.#following.get(user))
  }

  followers(user: number): Listing {
    const runs = this.#strata.map(stratum => this.#run(stratum, user))
    return concatenation(runs.filter(run => run.length > 0))
  }

  #choices(user: number): number[] {
    const { stratum, place } = this.#placeOf(user)
    const turn = mix(this.key, 7, user) % SLOTS
    const chosen: number[] = []
    for (let n = 0; n < SLOTS; n += 1) {
      const slot = (n * 37 + turn) % SLOTS
      const { order, shares } = stratum.slots[slot] ?? EMPTY_SLOT
      const bearer = shares.bearers === 0 ? undefined : shares.bearerOf(order.at(place))
      if (bearer !== undefined && slot + SLOTS * bearer !== user) chosen.push(slot + SLOTS * bearer)
    }
    return chosen
  }

  /** The followers that one stratum gives to a user: a stretch of its line, without the user itself. */
  #run(stratum: Stratum, user: number): Listing {
    const { order, shares } = stratum.slots[user % SLOTS] ?? EMPTY_SLOT
    const start = shares.start(Math.floor(user / SLOTS))
    const length = shares.end(Math.floor(user / SLOTS)) - start
    const offset = (follower: number): number | undefined => {
      const { stratum: home, place } = this.#placeOf(follower)
      const found = home === stratum && length > 0 ? order.at(place) - start : -1
      return found >= 0 && found < length ? found : undefined
    }
    const self = offset(user) ?? length
    return {
      length: self < length ? length - 1 : length,
      at: position =>
        this.#activity.placeOf(stratum.first + order.placeOf(start + position + (position < self ? 0 : 1))),
      positionOf: follower => {
        const found = follower === user ? undefined : offset(follower)
        return found === undefined || found < self ? found : found - 1
      },
    }
  }

  #placeOf(user: number): { stratum: Stratum; place: number } {
    const activity = this.#activity.at(user)
    const stratum = this.#strata.find(({ first, size }) => activity < first + size) ?? EMPTY_STRATUM
    return { stratum, place: activity - stratum.first }
  }
}

const EMPTY_SLOT: Slot = { order: new Permutation(0, 1), shares: new Shares(0, () => 0) }
const EMPTY_STRATUM: Stratum = { first: 0, size: 0, slots: [] }

function stratify(key: number, users: number): Stratum[] {
  let first = 0
  return temperaments.map((temper, n) => {
    const wanted = n === temperaments.length - 1 ? users : Math.ceil(users * temper.part)
    const size = Math.min(wanted, users - first)
    const slots = Array.from({ length: SLOTS }, (_, slot) => ({
      order: new Permutation(mix(key, 2, n, slot), size),
      shares: popularity(temper, slot, size, users),
    }))
    first += size
    return { first: first - size, size, slots }
  })
}

function popularity(
  temper: (typeof temperaments)[number],
  slot: number,
  size: number,
  users: number,
): Shares {
  const bearers = slot < users ? Math.floor((users - 1 - slot) / SLOTS) + 1 : 0
  const hub = temper.top / (slot + 1) ** temper.fall
  return new Shares(bearers, bearer => {
    const tail = (temper.tail / SLOTS) * Math.log((slot + 1 + SLOTS * bearer) / (slot + 1 + SLOTS))
    return size * Math.min(1, hub + tail)
  })
}

function concatenation(runs: readonly Listing[]): Listing {
  const starts: number[] = []
  let length = 0
  for (const run of runs) {
    starts.push(length)
    length += run.length
  }
  return {
    length,
    at: position => {
      const n = starts.findLastIndex(start => start <= position)
      return runs[n]?.at(position - (starts[n] ?? 0)) ?? 0
    },
    positionOf: item => {
      for (const [n, run] of runs.entries()) {
        const position = run.positionOf(item)
        if (position !== undefined) return position + (starts[n] ?? 0)
      }
      return undefined
    },
  }
}
