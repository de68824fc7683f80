import * as z from 'zod'
import { AppError } from '../errors.js'
import { isImport, isImported, isSent } from './sent.js'
import type { Snapshot } from './snapshot.js'

/**
 * Where the rows of a database come from, as far as it can tell; ids and names are in seeds and reasons
 * alone.
 */
export interface Provenance {
  readonly origin: string | null
  /** Crawls: imports are none. */
  readonly runs: {
    readonly all: number
    readonly finished: number
    readonly first: string | null
    readonly last: string | null
  }
  /** In their normal form, sorted. */
  readonly seeds: readonly string[]
  /** What was asked for, in the order in which it was first asked; imports asked for nothing. */
  readonly crawls: readonly CrawlCommand[]
  /** Those that were sent. */
  readonly requests: number
  /** Millionths of a dollar, requests of unknown fate included. */
  readonly costMicroUsd: number
  /** Answers that were had elsewhere, at no cost. */
  readonly imported: number
  /** Streams by kind and how they ended in the run that last had them in scope. */
  readonly streams: readonly { readonly stream: string; readonly state: string; readonly count: number }[]
  /** Streams that were not read to their end, by reason. */
  readonly gaps: readonly Gap[]
  readonly rejects: readonly { readonly route: string; readonly reason: string; readonly count: number }[]
}

export interface Gap {
  readonly stream: string
  readonly state: string
  readonly reason: string | null
  readonly count: number
}

/** What one command asked for, and the runs that it has had. */
export interface CrawlCommand {
  readonly seeds: readonly CrawledSeed[]
  readonly full: boolean
  readonly noGate: boolean
  /** Milliseconds; null where it was not asked for. */
  readonly recheckMs: number | null
  readonly runs: number
  readonly finished: number
  /** When the first of its runs began, and when the last one ended or, if it has not, began. */
  readonly first: string
  readonly last: string
  /** What its runs that have not finished were stopped by, such as `cap`. */
  readonly stoppedBy: readonly string[]
}

/** A seed with its options. */
export interface CrawledSeed {
  readonly seed: string
  readonly collect: readonly string[]
  readonly depth: number
  /** null: no cap of the command's own. */
  readonly maxPages: number | null
}

const LAST = `
  SELECT k.stream, f.state, f.reason FROM (SELECT stream_id, max(run_id) AS run_id FROM frontier GROUP BY stream_id) l
  JOIN frontier f ON f.run_id = l.run_id AND f.stream_id = l.stream_id JOIN checkpoints k ON k.id = f.stream_id`

/** One row for each command; the options are those of its last run, and the same for all of them. */
const COMMANDS = `
  SELECT options, max(id), count(*), sum(state = 'finished'), min(started_at), max(coalesce(finished_at, started_at)),
    coalesce(group_concat(DISTINCT CASE WHEN state <> 'finished' THEN stopped_by END), '')
  FROM runs WHERE NOT ${isImport()} GROUP BY key ORDER BY min(id)`

/** `runs.options`; what an earlier version did not write is what it did. */
const commandOptions = z.object({
  seeds: z
    .array(
      z.object({
        seed: z.string(),
        collect: z.array(z.string()),
        depth: z.number(),
        maxPages: z.number().nullable(),
      }),
    )
    .default([]),
  full: z.boolean().default(false),
  noGate: z.boolean().default(false),
  recheckMs: z.number().nullable().default(null),
})

function optionsOf(text: string): z.infer<typeof commandOptions> {
  try {
    return commandOptions.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError(
      'bad-database',
      'a row of the table runs has other options than a crawl writes; the file was damaged or changed',
      { cause },
    )
  }
}

function crawlOf([options, , runs, finished, first, last, stopped]: readonly unknown[]): CrawlCommand {
  return {
    ...optionsOf(String(options)),
    runs: Number(runs),
    finished: Number(finished),
    first: String(first),
    last: String(last),
    stoppedBy: String(stopped).split(',').filter(Boolean).toSorted(),
  }
}

/**
 * What a snapshot says of its own making.
 * @throws AppError `bad-database` where the file holds something else than was written there
 */
export function provenanceOf(snapshot: Snapshot): Provenance {
  const rows = <T>(sql: string, read: (row: readonly unknown[]) => T): T[] => snapshot.select(sql).map(read)
  const [runs] = rows(
    `SELECT count(*), coalesce(sum(state = 'finished'), 0), min(started_at), ` +
      `max(coalesce(finished_at, started_at)) FROM runs WHERE NOT ${isImport()}`,
    ([all, finished, first, last]) => ({ all, finished, first, last }) as Provenance['runs'],
  )
  const [ledger] = rows(
    `SELECT count(*), coalesce(sum(cost_microusd), 0) FROM requests WHERE ${isSent()}`,
    ([requests, cost]) => [requests, cost] as [number, number],
  )
  return {
    origin: (snapshot.first("SELECT value FROM meta WHERE key = 'origin'") ?? null) as string | null,
    runs: runs ?? { all: 0, finished: 0, first: null, last: null },
    seeds: rows('SELECT DISTINCT text FROM run_seeds ORDER BY text', ([text]) => text as string),
    crawls: rows(COMMANDS, crawlOf),
    requests: ledger?.[0] ?? 0,
    costMicroUsd: ledger?.[1] ?? 0,
    imported: snapshot.first(`SELECT count(*) FROM requests WHERE ${isImported()}`) as number,
    streams: rows(
      `SELECT stream, state, count(*) FROM (${LAST}) GROUP BY stream, state ORDER BY stream, state`,
      ([stream, state, count]) => ({ stream, state, count }) as Provenance['streams'][number],
    ),
    gaps: rows(
      `SELECT stream, state, reason, count(*) AS n FROM (${LAST}) WHERE state NOT IN ('complete', ` +
        `'gated', 'recent') GROUP BY stream, state, reason ORDER BY stream, state, n DESC, reason`,
      ([stream, state, reason, count]) => ({ stream, state, reason, count }) as Gap,
    ),
    rejects: rows(
      'SELECT route, reason, count(*) AS n FROM rejects GROUP BY route, reason ORDER BY n DESC, ' +
        'route, reason',
      ([route, reason, count]) => ({ route, reason, count }) as Provenance['rejects'][number],
    ),
  }
}
