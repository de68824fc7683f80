import { Dice, mix, Permutation } from './chance.js'
import { emoji } from './corpus.js'
import type { Listing } from './listing.js'
import { listingOf } from './listing.js'
import { Memo } from './memo.js'
import type { People } from './people.js'
import type { Shares } from './shares.js'
import { softPowerLaw } from './shares.js'
import { postText } from './text.js'
import { DAY, micro, WORLD_END } from './time.js'

/** What is told of a post apart from its counters and relations. */
export interface Post {
  readonly index: number
  readonly id: string
  readonly author: number
  readonly text: string | null
  readonly mentioned: number | null
  readonly postedAt: number
  readonly updatedAt: number
  readonly likes: number
  readonly dislikes: number
  readonly views: number
  readonly uniqueViews: number
  readonly emoji: string | null
  readonly featured: boolean
  /** Posts of the platform's first weeks lack the fields that its schema grew later. */
  readonly early: boolean
  readonly attachments: number
}

const POSTS_PER_USER = 4
const LIFETIME_DAYS = 150
const FEED_LIMIT = 1200
const FEED_BLOCK = 45

/** The posts of a world, by index: 0 is the newest. */
export class Posts {
  readonly count: number
  readonly #slots: Permutation
  readonly #ranks: Permutation
  readonly #shares: Shares
  readonly #byAuthor: Memo<readonly number[]>

  constructor(
    readonly key: number,
    readonly people: People,
  ) {
    this.count = people.count * POSTS_PER_USER
    this.#slots = new Permutation(mix(key, 1), this.count)
    this.#ranks = new Permutation(mix(key, 2), people.count)
    this.#shares = softPowerLaw(people.count, this.count)
    this.#byAuthor = new Memo(512, user => this.#written(user))
  }

  id(post: number): string {
    return this.people.ids.of({ kind: 'post', index: post })
  }

  find(id: string): number | undefined {
    const thing = this.people.ids.read(id)
    return thing?.kind === 'post' && thing.index < this.count ? thing.index : undefined
  }

  author(post: number): number {
    return this.#ranks.at(this.#shares.bearerOf(this.#slots.at(post)) ?? 0)
  }

  /** A user's posts, newest first. */
  by(user: number): Listing {
    return listingOf(this.#byAuthor.get(user))
  }

  countBy(user: number): number {
    const rank = this.#ranks.placeOf(user)
    return this.#shares.end(rank) - this.#shares.start(rank)
  }

  /** What is trending: new posts, roughly by age, shuffled a little. */
  feed(): Listing {
    const length = Math.min(this.count, FEED_LIMIT)
    const order = (block: number): Permutation =>
      new Permutation(mix(this.key, 3, block), Math.min(FEED_BLOCK, length - block * FEED_BLOCK))
    return {
      length,
      at: position => {
        const block = Math.floor(position / FEED_BLOCK)
        return block * FEED_BLOCK + order(block).at(position % FEED_BLOCK)
      },
      positionOf: post => {
        const block = Math.floor(post / FEED_BLOCK)
        return post < length ? block * FEED_BLOCK + order(block).placeOf(post % FEED_BLOCK) : undefined
      },
    }
  }

  postedAt(post: number): number {
    const jitter = 0.05 + (0.9 * mix(this.key, 4, post)) / 2 ** 32
    return micro(WORLD_END - DAY * LIFETIME_DAYS * ((post + jitter) / this.count) ** 1.2)
  }

  post(post: number): Post {
    const dice = new Dice(this.key, 5, post)
    const postedAt = this.postedAt(post)
    const mentioned = dice.below(this.people.count)
    const text = postText(dice, this.people.id(mentioned))
    const views = dice.heavyTail(0.02, 180, 4_000_000)
    const likes = Math.floor(views * 0.3 * dice.unit())
    return {
      index: post,
      id: this.id(post),
      author: this.author(post),
      text,
      mentioned: text?.includes('<@') === true ? mentioned : null,
      postedAt,
      updatedAt: micro(postedAt + 3 + 600 * dice.unit()),
      likes,
      dislikes: Math.floor(likes * 0.03),
      views,
      uniqueViews: Math.ceil(views * (0.6 + 0.4 * dice.unit())),
      emoji: dice.oneIn(6) ? null : dice.pick(emoji),
      featured: dice.oneIn(30),
      early: post > this.count * 0.8,
      attachments: dice.oneIn(25) ? 2 : dice.oneIn(60) ? 0 : 1,
    }
  }

  #written(user: number): number[] {
    const rank = this.#ranks.placeOf(user)
    const start = this.#shares.start(rank)
    const slots = Array.from({ length: this.#shares.end(rank) - start }, (_, n) => start + n)
    return slots.map(slot => this.#slots.placeOf(slot)).toSorted((a, b) => a - b)
  }
}
