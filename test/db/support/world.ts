/** A small world of listings that lead into each other, for tests of scope. */
import * as fc from 'fast-check'
import type { Member, OptionSet, PageRows, RunPlan } from '../../../src/db/index.js'
import { planWith, rowsOf, seedOf, type SeedName } from './plans.js'

/** One record of a listing: which stream of which subject lists it, on which page. */
export interface Fact {
  readonly stream: (typeof LISTINGS)[number]
  readonly subject: number
  readonly page: number
  readonly item: number
  /** The user met on it. */
  readonly who: number
}

const LISTINGS = [
  'feed',
  'leaderboard',
  'search',
  'detail',
  'posts',
  'cameos',
  'followers',
  'following',
  'comments',
  'replies',
  'remixes',
] as const
const COLLECTABLE = [
  'profile',
  'posts',
  'cameos',
  'followers',
  'following',
  'comments',
  'replies',
  'remixes',
] as const
/** Ids of each kind run from 0 to this. */
const LAST = 4
/** Who has which handle; nobody has the third. */
const HANDLES: Readonly<Record<string, string>> = { h0: 'u0', h1: 'u3' }

export const facts: fc.Arbitrary<Fact[]> = fc.array(
  fc.record({
    stream: fc.constantFrom(...LISTINGS),
    subject: fc.nat(LAST),
    page: fc.nat(2),
    item: fc.nat(LAST),
    who: fc.nat(LAST),
  }),
  { maxLength: 45, size: 'max' },
)

const seedName: fc.Arbitrary<SeedName> = fc.oneof(
  fc.constantFrom<SeedName>(
    'feed',
    'leaderboard',
    'query h0',
    'query h2',
    'handle h0',
    'handle h1',
    'handle h2',
  ),
  fc.nat(LAST).map((n): SeedName => `user u${n}`),
  fc.nat(LAST).map((n): SeedName => `link p${n}`),
)

const options: fc.Arbitrary<OptionSet> = fc.record({
  collect: fc.subarray([...COLLECTABLE], { minLength: 1 }),
  depth: fc.nat(3),
  maxPages: fc.constantFrom(null, 1, 2),
})

/** Commands of up to four seeds under up to three sets of options. */
export const plans: fc.Arbitrary<RunPlan> = fc
  .tuple(
    fc.array(options, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(seedName, fc.nat(2)), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([sets, seeds, full]) =>
    shown(
      planWith(
        seeds.map(([name, set]) => seedOf(name, set % sets.length)),
        sets,
        { full },
      ),
    ),
  )

/** Has counterexamples show a command in one line. */
function shown(plan: RunPlan): RunPlan {
  const seeds = plan.seeds.map(({ text, optionSet }) => `${text} #${optionSet}`)
  return Object.assign(plan, {
    [fc.toStringMethod]: () => JSON.stringify({ seeds, sets: plan.optionSets, full: plan.full }),
  })
}

export class World {
  readonly #pages = new Map<string, Map<string, Member>[]>()

  constructor(told: readonly Fact[]) {
    for (const fact of told) {
      const pages = this.#listing(fact.stream, subjectOf(fact))
      const page = fact.stream === 'search' || fact.stream === 'detail' ? 0 : fact.page
      while (pages.length <= page) pages.push(new Map())
      for (const member of membersOf(fact)) enter(pages[page] as Map<string, Member>, member)
    }
  }

  /** What a page of a stream lists, and whether it is the last. */
  page(
    stream: string,
    subject: string,
    index: number,
  ): { members: Member[]; isLast: boolean; rows: PageRows; handle: string | undefined } {
    const pages = this.#listing(stream, subject)
    const members = new Map(pages[index])
    const handle = stream === 'search' ? HANDLES[subject] : undefined
    if (stream === 'detail') enter(members, { kind: 'post', id: subject, hop: 0 })
    if (handle !== undefined) enter(members, { kind: 'user', id: handle, hop: 1 })
    const rows = rowsOf(told => {
      for (const { kind, id, hop } of members.values()) told.member(kind, id, hop)
      if (handle !== undefined) told.tell('users', { id: handle, username: subject })
    })
    return { members: [...members.values()], isLast: index + 1 >= pages.length, rows, handle }
  }

  #listing(stream: string, subject: string): Map<string, Member>[] {
    const key = `${stream} ${subject}`
    const pages = this.#pages.get(key) ?? []
    this.#pages.set(key, pages)
    return pages
  }
}

/** Enters a member where it is nearest. */
export function enter(members: Map<string, Member>, member: Member): void {
  const key = `${member.kind} ${member.id}`
  if ((members.get(key)?.hop ?? Number.POSITIVE_INFINITY) > member.hop) members.set(key, member)
}

function subjectOf({ stream, subject }: Fact): string {
  if (stream === 'feed' || stream === 'leaderboard') return ''
  if (stream === 'search') return `h${subject % 3}`
  if (stream === 'replies') return `c${subject}`
  return stream === 'detail' || stream === 'comments' || stream === 'remixes' ? `p${subject}` : `u${subject}`
}

function membersOf({ stream, item, who }: Fact): Member[] {
  const met = (hop: number): Member => ({ kind: 'user', id: `u${who}`, hop })
  switch (stream) {
    case 'followers':
    case 'following':
    case 'leaderboard':
    case 'search':
      return [{ kind: 'user', id: `u${item}`, hop: 1 }]
    case 'comments':
      return [{ kind: 'comment', id: `c${item}`, hop: 0 }, met(1)]
    case 'replies':
      return [{ kind: 'reply', id: `r${item}`, hop: 0 }, met(1)]
    case 'remixes':
      return [{ kind: 'post', id: `p${item}`, hop: 1 }, met(2)]
    case 'detail':
      return [met(1)]
    default:
      return [{ kind: 'post', id: `p${item}`, hop: 0 }, met(1)]
  }
}
