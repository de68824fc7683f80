import { Dice, mix } from './chance.js'
import type { People } from './people.js'
import type { Posts } from './posts.js'
import { commentText } from './text.js'
import { micro, WORLD_END } from './time.js'

/** Where a comment stands: under which post, in which place, and as which reply (0: not a reply). */
export interface Place {
  readonly post: number
  readonly rank: number
  readonly reply: number
}

/** What is told of a comment or a reply. */
export interface Comment extends Place {
  readonly id: string
  readonly author: number
  readonly text: string | null
  readonly mentioned: number | null
  readonly postedAt: number
  readonly likes: number
  readonly views: number
  /** Unix seconds of the deletion: the place is still listed and counted. */
  readonly tombstonedAt: number | null
  readonly attachments: number
}

/** The comments of a world: a post's are ranked, a comment's replies follow their time. */
export class Comments {
  constructor(
    readonly key: number,
    readonly people: People,
    readonly posts: Posts,
  ) {}

  id(place: Place): string {
    return this.people.ids.of({ kind: 'comment', index: place.post, rank: place.rank, reply: place.reply })
  }

  find(id: string): Place | undefined {
    const thing = this.people.ids.read(id)
    if (thing?.kind !== 'comment' || thing.index >= this.posts.count) return undefined
    const place = { post: thing.index, rank: thing.rank, reply: thing.reply }
    return place.rank < this.countUnder(place.post) && place.reply <= this.repliesTo(place.post, place.rank)
      ? place
      : undefined
  }

  /** First-level comments of a post. */
  countUnder(post: number): number {
    return new Dice(this.key, 1, post).heavyTail(0.35, 1.4, 150)
  }

  /** Replies to a first-level comment. */
  repliesTo(post: number, rank: number): number {
    return new Dice(this.key, 2, post, rank).heavyTail(0.78, 0.9, 90)
  }

  /** Comments and replies of a post together. */
  threadSize(post: number): number {
    const comments = this.countUnder(post)
    let size = comments
    for (let rank = 0; rank < comments; rank += 1) size += this.repliesTo(post, rank)
    return size
  }

  comment(place: Place): Comment {
    const dice = new Dice(this.key, 3, place.post, place.rank, place.reply)
    const postedAt = this.#time(place)
    const mentioned = dice.below(this.people.count)
    const deleted = dice.oneIn(33)
    const text = commentText(dice, this.people.id(mentioned))
    return {
      ...place,
      id: this.id(place),
      author: Math.floor(this.people.count * dice.unit() ** 1.6),
      text: deleted ? null : text,
      mentioned: !deleted && text.includes('<@') ? mentioned : null,
      postedAt,
      likes: dice.heavyTail(0.4, 40 / (place.rank + 1), 9_000),
      views: dice.heavyTail(0.1, 60, 90_000),
      tombstonedAt: deleted ? micro(postedAt + 60) : null,
      attachments: dice.oneIn(50) ? 1 : 0,
    }
  }

  #time({ post, rank, reply }: Place): number {
    const start = this.posts.postedAt(post)
    const commented = start + (WORLD_END - start) * 0.9 * this.#unit(post, rank) ** 3
    if (reply === 0) return micro(commented)
    return micro(
      commented + (WORLD_END - commented) * (1 - 1 / (1 + (reply + this.#unit(post, rank, reply)) / 20)),
    )
  }

  #unit(...parts: number[]): number {
    return mix(this.key, 4, ...parts) / 2 ** 32
  }
}
