/** The scope of a run by the plainest reading of the contract: apply every rule until nothing changes. */
import type { Member, OptionSet, RunPlan } from '../../../src/db/index.js'
import { STREAMS } from './plans.js'

/** What every stream is known to list, by `stream subject`. */
export type Known = ReadonlyMap<string, readonly Member[]>

export interface InScope {
  readonly depth: number
  readonly maxPages: number | null
}

const SEED_KINDS = new Set(['feed', 'leaderboard', 'query', 'link', 'handle'])

/**
 * Entities in scope of one set of options, each with its smallest depth; repeats all rules until none adds
 * anything.
 */
function entities(
  plan: RunPlan,
  set: number,
  options: OptionSet,
  known: Known,
  handles: ReadonlyMap<string, string>,
): Map<string, number> {
  const depths = new Map<string, number>()
  let changed = false
  const relax = (kind: string, id: string, depth: number): void => {
    const key = `${kind} ${id}`
    if (depth > options.depth || (depths.get(key) ?? Number.POSITIVE_INFINITY) <= depth) return
    depths.set(key, depth)
    changed = true
  }
  for (const { kind, id, optionSet } of plan.seeds) if (optionSet === set) relax(kind, id, 0)
  do {
    changed = false
    for (const [key, depth] of depths) {
      const [kind = '', id = ''] = key.split(' ')
      if (kind === 'handle') {
        const user = handles.get(id)
        if (user !== undefined) relax('user', user, depth)
        continue
      }
      for (const stream of streamsOf(kind, options)) {
        for (const member of known.get(`${stream} ${id}`) ?? [])
          if (member.kind !== 'reply') relax(member.kind, member.id, depth + member.hop)
      }
    }
  } while (changed)
  return depths
}

function streamsOf(kind: string, { collect }: OptionSet): string[] {
  const accepts = kind === 'handle' ? 'query' : kind
  return STREAMS.filter(
    stream => stream.accepts === accepts && (SEED_KINDS.has(kind) || collect.includes(stream.name)),
  ).map(({ name }) => name)
}

/** The larger of two caps; none is larger than any. */
export const wider = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b)

/** The streams that a run must read, by `stream subject`. */
export function scopeOf(
  plan: RunPlan,
  known: Known,
  handles: ReadonlyMap<string, string>,
): Map<string, InScope> {
  const scope = new Map<string, InScope>()
  for (const [set, options] of plan.optionSets.entries()) {
    for (const [key, depth] of entities(plan, set, options, known, handles)) {
      const [kind = '', id = ''] = key.split(' ')
      if (kind === 'handle' && handles.has(id)) continue
      for (const stream of streamsOf(kind, options)) {
        const before = scope.get(`${stream} ${id}`)
        const maxPages = before === undefined ? options.maxPages : wider(before.maxPages, options.maxPages)
        scope.set(`${stream} ${id}`, { depth: Math.min(depth, before?.depth ?? depth), maxPages })
      }
    }
  }
  return scope
}
