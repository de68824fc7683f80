import { createHash } from 'node:crypto'
import { NOBODY } from '../api/index.js'
import type { OptionSet, RunPlan, RunSeed, StreamKind } from '../db/index.js'
import type { Crawler } from './contract.js'
import type { RunRules } from './pass.js'
import type { Seed } from './seeds.js'

/** What may be set for the whole command or for one seed. */
export interface SeedOptions {
  /** Names of streams, in any order. */
  readonly collect: readonly string[]
  readonly depth: number
  /** null: no cap. */
  readonly maxPages: number | null
}

export interface PlannedSeed {
  readonly seed: Seed
  readonly options: SeedOptions
}

/** The streams followed where `--collect` is not given. */
export const DEFAULT_COLLECT = ['posts', 'followers', 'following', 'cameos', 'comments', 'replies']

/**
 * The crawlers that `--collect` can name: those of users, posts and comments; the others are read where a
 * seed asks.
 */
export function collectable(crawlers: readonly Crawler[]): string[] {
  return crawlers
    .filter(({ accepts }) => accepts === 'user' || accepts === 'post' || accepts === 'comment')
    .map(({ name }) => name)
}

/**
 * The plan of a run: seeds once each, in an order that does not depend on how they were given, with equal
 * options shared. Two commands have the same key if they ask for the same things.
 */
export function planRun(
  planned: readonly PlannedSeed[],
  crawlers: readonly Crawler[],
  rules: RunRules,
): RunPlan {
  const optionSets: OptionSet[] = []
  const setNumbers = new Map<string, number>()
  const seeds = new Map<string, RunSeed>()
  for (const { seed, canonical, form } of formed(planned)) {
    const optionSet = setNumbers.get(form) ?? optionSets.push(canonical) - 1
    setNumbers.set(form, optionSet)
    seeds.set(`${seed.text} ${form}`, { text: seed.text, kind: seed.kind, id: seed.id, optionSet })
  }
  const listed = [...seeds.values()]
  const options = {
    ...rules,
    seeds: listed.map(({ text, optionSet }) => ({ seed: text, ...optionSets[optionSet] })),
  }
  return {
    key: createHash('sha256').update(JSON.stringify(options)).digest('hex'),
    options,
    seeds: listed,
    optionSets,
    streams: crawlers.map(crawler => streamKind(crawler, rules)),
    full: rules.full,
    nobody: NOBODY,
  }
}

function streamKind(
  { name, accepts, route, defaultMaxPages, edge, order, gate }: Crawler,
  { full, noGate }: RunRules,
): StreamKind {
  return {
    name,
    accepts,
    route,
    defaultMaxPages,
    edge,
    single: order === 'single',
    emptyBy: full || noGate ? [] : (gate?.counters ?? []),
  }
}

function canonicalOptions({ collect, depth, maxPages }: SeedOptions): OptionSet {
  return { collect: [...new Set(collect)].toSorted(), depth, maxPages }
}

interface FormedSeed {
  readonly seed: Seed
  readonly canonical: OptionSet
  /** The options as text, the same for equal ones. */
  readonly form: string
}

/**
 * In the order of their texts and options; seeds of one list share their options, which are written out once.
 */
function formed(planned: readonly PlannedSeed[]): FormedSeed[] {
  const forms = new Map<SeedOptions, Omit<FormedSeed, 'seed'>>()
  const formOf = (options: SeedOptions): Omit<FormedSeed, 'seed'> => {
    const known = forms.get(options)
    if (known !== undefined) return known
    const canonical = canonicalOptions(options)
    const form = { canonical, form: JSON.stringify(canonical) }
    forms.set(options, form)
    return form
  }
  const seeds = planned.map(({ seed, options }) => ({ seed, ...formOf(options) }))
  return seeds
    .map((one): [string, FormedSeed] => [one.seed.text + one.form, one])
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, one]) => one)
}
