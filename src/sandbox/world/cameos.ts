import { mix, Permutation } from './chance.js'
import type { Listing } from './listing.js'
import { listingOf } from './listing.js'
import { Memo } from './memo.js'
import type { Posts } from './posts.js'
import type { Shares } from './shares.js'
import { softPowerLaw } from './shares.js'

/** How many of all posts have somebody in their first, second and third cameo slot. */
const filled = [0.42, 0.22, 0.1] as const
const LEADERS = 100

interface Slot {
  readonly order: Permutation
  readonly shares: Shares
}

/**
 * Who appears in which post. Users are dealt to the slots by index, so that nobody appears twice in a post; a
 * slot's shuffled posts are cut into shares, one per user. Nobody counts as a cameo in a post of their own.
 */
export class Cameos {
  readonly #slots: readonly Slot[]
  readonly #appearances: Memo<readonly number[]>
  #leaders: readonly number[] | undefined

  constructor(
    readonly key: number,
    readonly users: number,
    readonly posts: Posts,
  ) {
    this.#slots = filled.map((part, n) => ({
      order: new Permutation(mix(key, n), posts.count),
      shares: softPowerLaw(Math.max(0, Math.ceil((users - n) / filled.length)), posts.count * part),
    }))
    this.#appearances = new Memo(2048, user => this.#find(user))
  }

  /** The users who appear in a post. */
  in(post: number): number[] {
    const author = this.posts.author(post)
    return this.#slots.flatMap(({ order, shares }, n) => {
      const bearer = shares.bearers === 0 ? undefined : shares.bearerOf(order.at(post))
      const user = bearer === undefined ? author : bearer * filled.length + n
      return user === author ? [] : [user]
    })
  }

  /** The posts in which a user appears, newest first. */
  of(user: number): Listing {
    return listingOf(this.#appearances.get(user))
  }

  /** The users most seen in other people's posts. */
  leaderboard(): Listing {
    this.#leaders ??= Array.from({ length: Math.min(LEADERS, this.users) }, (_, user) => user).toSorted(
      (a, b) => this.of(b).length - this.of(a).length || a - b,
    )
    return listingOf(this.#leaders)
  }

  #find(user: number): number[] {
    const slot = this.#slots[user % filled.length]
    if (slot === undefined) return []
    const bearer = Math.floor(user / filled.length)
    const start = slot.shares.start(bearer)
    const places = Array.from({ length: slot.shares.end(bearer) - start }, (_, n) => start + n)
    return places
      .map(place => slot.order.placeOf(place))
      .filter(post => this.posts.author(post) !== user)
      .toSorted((a, b) => a - b)
  }
}
