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

/** The crawlers that `--collect` can name: those of users, posts and comments; the others are read where a seed asks. */
export function collectable(crawlers: readonly Crawler[]): string[] {
  return crawlers.filter(({ accepts }) => accepts === 'user' || accepts === 'post' || accepts === 'comment').map(({ name }) => name)
}

/**
 * The plan of a run: seeds once each, in an order that does not depend on how they were given, with equal options shared.
 * Two commands have the same key if they ask for the same things.
 */
export function planRun(planned: readonly PlannedSeed[], crawlers: readonly Crawler[], rules: RunRules): RunPlan {
  const optionSets: OptionSet[] = []
  const setNumbers = new Map<string, number>()
  const seeds = new Map<string, RunSeed>()
  for (const { seed, options } of planned.toSorted(byForm)) {
    const canonical = canonicalOptions(options)
    const form = JSON.stringify(canonical)
    const optionSet = setNumbers.get(form) ?? optionSets.push(canonical) - 1
    setNumbers.set(form, optionSet)
    seeds.set(`${seed.text} ${form}`, { text: seed.text, kind: seed.kind, id: seed.id, optionSet })
  }
  const listed = [...seeds.values()]
  const options = { ...rules, seeds: listed.map(({ text, optionSet }) => ({ seed: text, ...optionSets[optionSet] })) }
  return {
    key: createHash('sha256').update(JSON.stringify(options)).digest('hex'),
    options,
    seeds: listed,
    optionSets,
    streams: crawlers.map((crawler) => streamKind(crawler, rules)),
    full: rules.full,
    nobody: NOBODY,
  }
}

function streamKind({ name, accepts, route, defaultMaxPages, edge, order, gate }: Crawler, { full, noGate }: RunRules): StreamKind {
  return { name, accepts, route, defaultMaxPages, edge, single: order === 'single', emptyBy: full || noGate ? [] : (gate?.counters ?? []) }
}

function canonicalOptions({ collect, depth, maxPages }: SeedOptions): OptionSet {
  return { collect: [...new Set(collect)].toSorted(), depth, maxPages }
}

function byForm(a: PlannedSeed, b: PlannedSeed): number {
  const left = a.seed.text + JSON.stringify(canonicalOptions(a.options))
  const right = b.seed.text + JSON.stringify(canonicalOptions(b.options))
  return left < right ? -1 : left > right ? 1 : 0
}
