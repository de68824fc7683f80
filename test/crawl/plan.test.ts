import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  collectable,
  DEFAULT_COLLECT,
  parseSeed,
  planRun,
  type PlannedSeed,
  type Seed,
  type SeedOptions,
} from '../../src/crawl/index.js'
import type { RunRules } from '../../src/crawl/pass.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import type { RunPlan } from '../../src/db/index.js'

const crawlers = await loadCrawlers()
const OPTIONS: SeedOptions = { collect: DEFAULT_COLLECT, depth: 0, maxPages: null }
const RULES: RunRules = { full: false, noGate: false, recheckMs: null }

function planned(text: string, options: Partial<SeedOptions> = {}): PlannedSeed {
  const seed = parseSeed(text)
  if ('problem' in seed) throw new Error(seed.problem)
  return { seed: seed satisfies Seed, options: { ...OPTIONS, ...options } }
}

const plan = (seeds: readonly PlannedSeed[], rules: Partial<RunRules> = {}): RunPlan =>
  planRun(seeds, crawlers, { ...RULES, ...rules })
const key = (seeds: readonly PlannedSeed[], rules: Partial<RunRules> = {}): string => plan(seeds, rules).key

describe('what may be collected', () => {
  it('is what users, posts and comments have; seeds ask for the rest', () => {
    expect(collectable(crawlers).toSorted()).toEqual([
      'cameos',
      'comments',
      'followers',
      'following',
      'posts',
      'profile',
      'remixes',
      'replies',
    ])
    for (const name of DEFAULT_COLLECT) expect(collectable(crawlers)).toContain(name)
  })
})

describe('the key of a run', () => {
  const three = [planned('feed'), planned('@kite'), planned('search:sam')]

  it('does not depend on the order in which seeds and streams are named, nor on duplicates', () => {
    expect(key([...three].toReversed())).toBe(key(three))
    expect(key([...three, ...three, planned('https://sora.chatgpt.com/profile/kite?x=1')])).toBe(key(three))
    expect(key([planned('feed', { collect: ['replies', 'comments', 'replies'] })])).toBe(
      key([planned('feed', { collect: ['comments', 'replies'] })]),
    )
  })

  it.each<[string, readonly PlannedSeed[], Partial<RunRules>]>([
    ['another seed', [planned('leaderboard')], {}],
    ['one seed more', [planned('feed'), planned('leaderboard')], {}],
    ['another depth', [planned('feed', { depth: 1 })], {}],
    ['other streams', [planned('feed', { collect: ['comments'] })], {}],
    ['no streams', [planned('feed', { collect: [] })], {}],
    ['a cap', [planned('feed', { maxPages: 50 })], {}],
    ['another cap', [planned('feed', { maxPages: 51 })], {}],
    ['a kind of seed that looks alike', [planned('search:feed')], {}],
    ['--full', [planned('feed')], { full: true }],
    ['--no-gate', [planned('feed')], { noGate: true }],
    ['--recheck', [planned('feed')], { recheckMs: 1_209_600_000 }],
    ['another --recheck', [planned('feed')], { recheckMs: 86_400_000 }],
  ])('differs with %s', (_, seeds, rules) => {
    expect(key(seeds, rules)).not.toBe(key([planned('feed')]))
  })

  it('tells apart who has which options', () => {
    const one = [planned('@a', { depth: 1 }), planned('@b', { depth: 2 })]
    const other = [planned('@a', { depth: 2 }), planned('@b', { depth: 1 })]
    expect(key(one)).not.toBe(key(other))
  })

  it('is a function of the set of seeds with their options, and different sets have different keys', () => {
    const seed = fc.constantFrom('feed', 'leaderboard', '@a', '@b', 'user-a', 's_a', 'search:a', 'search:b')
    const options = fc.record({
      collect: fc
        .subarray(['posts', 'comments', 'replies', 'remixes'])
        .chain(names => fc.shuffledSubarray(names, { minLength: names.length })),
      depth: fc.nat(2),
      maxPages: fc.constantFrom(null, 1, 50),
    })
    const set = (seeds: readonly PlannedSeed[]): string =>
      JSON.stringify(
        [
          ...new Set(
            seeds.map(({ seed: { text }, options: o }) =>
              JSON.stringify([text, [...o.collect].toSorted(), o.depth, o.maxPages]),
            ),
          ),
        ].toSorted(),
      )
    const list = fc.array(
      fc.tuple(seed, options).map(([text, told]) => planned(text, told)),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(key(a) === key(b)).toBe(set(a) === set(b))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the plan of a run', () => {
  it('has each seed once under each of its options', () => {
    const { seeds } = plan([planned('@a'), planned('@a'), planned('@a', { depth: 1 }), planned('feed')])
    expect(seeds.map(({ text }) => text)).toEqual(['@a', '@a', 'feed'])
    expect(seeds.map(({ kind, id }) => [kind, id])).toEqual([
      ['handle', 'a'],
      ['handle', 'a'],
      ['feed', ''],
    ])
  })

  it('shares one set of options among the seeds that have the same', () => {
    const { seeds, optionSets } = plan([
      planned('@a'),
      planned('@b', { depth: 1 }),
      planned('@c'),
      planned('@d', { depth: 1, collect: [...DEFAULT_COLLECT].toReversed() }),
    ])
    expect(optionSets).toHaveLength(2)
    const depthOf = (text: string): number | undefined =>
      optionSets[seeds.find(seed => seed.text === text)?.optionSet ?? -1]?.depth
    expect(['@a', '@b', '@c', '@d'].map(depthOf)).toEqual([0, 1, 0, 1])
  })

  it('names every crawler with what the store must know of it', () => {
    const { streams } = plan([planned('feed')])
    expect(streams.map(({ name }) => name).toSorted()).toEqual(crawlers.map(({ name }) => name).toSorted())
    expect(streams.find(({ name }) => name === 'feed')).toMatchObject({
      accepts: 'feed',
      route: 'get_feed',
      defaultMaxPages: 50,
    })
  })

  it('keeps its options as plain data that says what was asked for', () => {
    const { options } = plan([planned('feed', { maxPages: 3 })])
    expect(JSON.parse(JSON.stringify(options))).toEqual(options)
    expect(JSON.stringify(options)).toContain('"seed":"feed"')
    expect(JSON.stringify(options)).toContain('"maxPages":3')
  })
})
