import { Dice, mix } from './chance.js'
import type { Listing } from './listing.js'
import { listingOf } from './listing.js'
import { Memo } from './memo.js'

/** Remixes stay within a block of posts of about the same age, so that a block is all one has to look at. */
const BLOCK = 128
const REMIXED = 0.3

/** Which post remixes which: a forest in which a remix is always newer than its parent. */
export class Remixes {
  readonly #children: Memo<ReadonlyMap<number, readonly number[]>>

  constructor(
    readonly key: number,
    readonly posts: number,
  ) {
    this.#children = new Memo(256, block => this.#family(block))
  }

  parent(post: number): number | undefined {
    const block = Math.floor(post / BLOCK)
    const oldest = Math.min((block + 1) * BLOCK, this.posts) - 1
    const dice = new Dice(this.key, 1, post)
    if (post === oldest || dice.unit() > REMIXED) return undefined
    const star = oldest - (mix(this.key, 2, block) % Math.ceil((oldest - block * BLOCK + 1) / 4))
    if (star > post && dice.oneIn(2)) return star
    return post + 1 + dice.below(oldest - post)
  }

  /** From the root down to the parent; empty for an original. */
  ancestors(post: number): number[] {
    const path: number[] = []
    for (let above = this.parent(post); above !== undefined; above = this.parent(above)) path.unshift(above)
    return path
  }

  /** The remixes of a post, ranked. */
  of(post: number): Listing {
    return listingOf(this.#children.get(Math.floor(post / BLOCK)).get(post) ?? [])
  }

  #family(block: number): Map<number, number[]> {
    const family = new Map<number, number[]>()
    const end = Math.min((block + 1) * BLOCK, this.posts)
    for (let post = block * BLOCK; post < end; post += 1) {
      const parent = this.parent(post)
      if (parent === undefined) continue
      family.set(parent, [...(family.get(parent) ?? []), post])
    }
    for (const children of family.values()) children.sort((a, b) => mix(this.key, 3, a) - mix(this.key, 3, b))
    return family
  }
}
