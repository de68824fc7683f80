import { Dice, mix } from './chance.js'
import { bios, displayNames } from './corpus.js'
import type { Ids } from './ids.js'
import { Names } from './names.js'
import { DAY, micro, WORLD_END } from './time.js'

/** What is told of a user apart from its counters, which follow from the world's relations. */
export interface Person {
  readonly index: number
  readonly id: string
  readonly username: string
  readonly displayName: string | null
  readonly bio: string | null
  readonly location: string | null
  readonly website: string | null
  readonly verified: boolean
  readonly createdAt: number
  readonly updatedAt: number
  /** The owner of a character account, null for everyone else. */
  readonly owner: number | null
}

/** One in so many users is a character account; the one before it is its owner. */
const CHARACTER_EVERY = 17
const CHARACTER_PHASE = 7
/** Accounts on the way down the ranks that keep their followers to themselves, or are closed. */
const PRIVATE = { every: 23, phase: 11 }
const CLOSED = { every: 37, phase: 29 }

/** The users of a world, by index: 0 is the best known. */
export class People {
  readonly names: Names

  constructor(
    readonly key: number,
    readonly count: number,
    readonly ids: Ids,
  ) {
    this.names = new Names(mix(key, 1), count)
  }

  id(user: number): string {
    return this.ids.of({ kind: this.isCharacter(user) ? 'character' : 'user', index: user })
  }

  find(id: string): number | undefined {
    const thing = this.ids.read(id)
    if (thing?.kind !== 'user' && thing?.kind !== 'character') return undefined
    return thing.index < this.count && this.id(thing.index) === id ? thing.index : undefined
  }

  isCharacter(user: number): boolean {
    return user % CHARACTER_EVERY === CHARACTER_PHASE
  }

  owner(user: number): number | null {
    return this.isCharacter(user) ? user - 1 : null
  }

  charactersOf(user: number): number {
    return user + 1 < this.count && this.isCharacter(user + 1) ? 1 : 0
  }

  /** Followers and following of a private user are refused. */
  isPrivate(user: number): boolean {
    return user % PRIVATE.every === PRIVATE.phase
  }

  /** A closed account is still listed by others, but its own routes answer 404. */
  isClosed(user: number): boolean {
    return user % CLOSED.every === CLOSED.phase
  }

  person(user: number): Person {
    const dice = new Dice(this.key, 2, user)
    const createdAt = WORLD_END - DAY * (1 + 400 * dice.unit())
    return {
      index: user,
      id: this.id(user),
      username: this.names.of(user),
      displayName: dice.oneIn(7) ? null : dice.pick(displayNames),
      bio: dice.oneIn(4) ? null : dice.pick(bios),
      location: dice.oneIn(3) ? dice.pick(['Lisboa', '大阪', 'Київ', 'São Paulo', 'Reykjavík']) : null,
      website: dice.oneIn(4) ? `https://example.com/${this.names.of(user)}` : null,
      verified: user < 3 || dice.oneIn(25),
      createdAt: micro(createdAt),
      updatedAt: micro(createdAt + (WORLD_END - createdAt) * dice.unit()),
      owner: this.owner(user),
    }
  }
}
