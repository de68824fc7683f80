/** What a crawl of a world must leave behind, and what it must cost. */
import { closureOf, DEFAULT_COLLECT, requestsOf, type Reads, type Seed, type Stream } from './closure.js'
import type { Form, World } from './model.js'
import { rowsOf, type Tables } from './rows.js'
import { pageSizeOf, type ServerOptions } from './server.js'

export interface Expected {
  reads: Reads
  tables: Tables
  requests: number
}

export interface Options {
  collect?: readonly Stream[]
  depth?: number
  maxPages?: number
}

/** Seeds with the options of the run where a seed has none of its own. */
export function withOptions(
  seeds: readonly (string | ({ seed: string } & Options))[],
  options: Options,
): Seed[] {
  return seeds.map(entry => {
    const own = typeof entry === 'string' ? { seed: entry } : entry
    const merged: Options & { seed: string } = { ...options, ...own }
    return {
      seed: merged.seed,
      collect: merged.collect ?? DEFAULT_COLLECT,
      depth: merged.depth ?? 0,
      ...(merged.maxPages === undefined ? {} : { maxPages: merged.maxPages }),
    }
  })
}

export function expectedOf(
  served: { world: World; form: Form; pageSize?: ServerOptions['pageSize'] },
  seeds: readonly (string | ({ seed: string } & Options))[],
  options: Options = {},
): Expected {
  const reads = closureOf(served.world, withOptions(seeds, options), route =>
    pageSizeOf(served.pageSize, route),
  )
  return { reads, tables: rowsOf(served.world, served.form, reads), requests: requestsOf(reads) }
}
