import { now } from '../clock.js'
import { expectedPages, type Expected, type ListingFacts, type PageFill } from './expected-pages.js'
import { subjectTable } from './measures.js'
import type { Sqlite } from './open.js'
import type { EstimateKind, EstimateRecord, EstimateRow, EstimateRules, OpenRun } from './port.js'
import { isSent } from './sent.js'
import { isPlaceholder, toldEmpty } from './told-empty.js'

/**
 * How full pages are where none has been seen: the high estimate must hold for pages half as full as the
 * contract says.
 */
const LEAST_FILL = 0.5
/** How full they are at least where some have been seen, of what they were on average. */
const LEAST_OBSERVED = 0.6
/**
 * A single page below which so many times more is held was a full one; with less, what is missing may have
 * been deleted.
 */
const MORE_BELOW = 1.5
/** A page size for routes whose contract states none. */
const ASSUMED_PAGE_SIZE = 10
/** A high estimate is never nearer than this to the likely one, once that has been learnt. */
const LEAST_MARGIN = 1.5

/** Sums of fractions miss whole numbers by less than this. */
const EPSILON = 1e-6

type Sum = { -readonly [K in keyof (EstimateRow & Expected)]: (EstimateRow & Expected)[K] }
interface Listing extends ListingFacts {
  readonly seed: string
  readonly unknown: 0 | 1
  readonly opens: 0 | 1
}

/**
 * Estimates a run from its frontier: each listing by its counters, the page fill observed, its checkpoint and
 * the gates; then corrects each kind by what repetitions of the same command have cost beyond that, which is
 * how fast this world changes.
 */
export class Estimates {
  readonly #sqlite: Sqlite

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  estimate(
    run: OpenRun,
    kinds: readonly EstimateKind[],
    rules: EstimateRules,
  ): { rows: EstimateRow[]; records: EstimateRecord[] } {
    const surprises = this.#surprises(run)
    const rows = kinds.flatMap(kind => this.#rowsOf(run, kind, rules, surprises.get(kind.stream) ?? 0))
    return { rows, records: this.#records(run) }
  }

  /** Keeps the sums over all seeds. */
  note(run: OpenRun, rows: readonly EstimateRow[]): void {
    const insert = this.#sqlite.prepare(`
      INSERT INTO estimates (run_id, stream, streams, low, likely, high) VALUES (:run, :stream, :streams, :low, :likely, :high)
      ON CONFLICT DO UPDATE SET streams = streams + excluded.streams, low = low + excluded.low, likely = likely + excluded.likely, high = high + excluded.high`)
    for (const { stream, streams, low, likely, high } of rows)
      insert.run({ run: run.id, stream, streams, low, likely, high })
  }

  /** The likely requests of a run by stream, as they were kept. */
  noted(run: OpenRun): { stream: string; likely: number }[] {
    return this.#sqlite
      .prepare<object, { stream: string; likely: number }>(
        'SELECT stream, likely FROM estimates WHERE run_id = :run',
      )
      .all({ run: run.id })
  }

  /** Puts what a finished run was billed beside what was expected. */
  settle(runId: number): void {
    const known = this.#sqlite.prepare('UPDATE estimates SET actual = 0 WHERE run_id = :run')
    if (known.run({ run: runId }).changes === 0) return
    const actuals = this.#sqlite
      .prepare<object, { stream: string; actual: number }>(
        `
        SELECT k.stream, count(*) AS actual FROM requests q JOIN checkpoints k ON k.id = q.stream_id
        WHERE q.run_id = :run AND q.id > (SELECT started_after_request FROM runs WHERE id = :run) AND ${isSent('q.')} AND (q.status = 200 OR q.state = 'unknown') GROUP BY k.stream`,
      )
      .all({ run: runId })
    const set = this.#sqlite.prepare(`
      INSERT INTO estimates (run_id, stream, streams, low, likely, high, actual) VALUES (:run, :stream, 0, 0, 0, 0, :actual)
      ON CONFLICT DO UPDATE SET actual = excluded.actual`)
    for (const { stream, actual } of actuals) set.run({ run: runId, stream, actual })
  }

  /**
   * @param surprise requests of this kind beyond what its listings let expect, in a whole run of this command
   */
  #rowsOf(run: OpenRun, kind: EstimateKind, rules: EstimateRules, surprise: number): EstimateRow[] {
    const fill = this.#fill(kind)
    const rows = new Map<string, Sum>()
    let inRun = 0
    for (const listing of this.#listings(run, kind, rules)) {
      inRun += 1
      if (listing.state !== 'done')
        add(rows, kind.stream, listing, expectedPages(listing, kind, fill, rules.full))
    }
    return inWholes([...rows.values()].map(row => corrected(row, (surprise * row.streams) / inRun)))
  }

  #listings(run: OpenRun, kind: EstimateKind, rules: EstimateRules): IterableIterator<Listing> {
    const before = (ms: number | null): string | null =>
      ms === null ? null : new Date(Date.parse(now()) - ms).toISOString()
    return this.#sqlite.prepare<object, Listing>(listingsSql(kind, rules)).iterate({
      run: run.id,
      stream: kind.stream,
      lists: kind.lists,
      full: rules.full ? 1 : 0,
      now: now(),
      newerThan: before(rules.minAgeMs),
      youngerThan: before(rules.recheckMs),
    })
  }

  /**
   * How full pages of this kind were. Listings that took several pages tell; else single pages below which
   * more is known to stand; else the contract, and the fullest page seen. The last page of a listing counts
   * as half of one.
   */
  #fill({ stream, pageSize, lists }: EstimateKind): PageFill {
    const seen = this.#sqlite
      .prepare<
        object,
        { pages: number | null; items: number; fullest: number; single: number; mean: number | null }
      >(
        `
        SELECT sum(iif(pages > 1, pages - iif(pass_state = 'completed', 0.5, 0), 0)) AS pages, coalesce(sum(iif(pages > 1, items, 0)), 0) AS items,
          coalesce(max(items / pages), 0) AS single, avg(pages) AS mean, coalesce(max(iif(
            pages = 1 AND (SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.kind = :lists) >= :more * items, items, 0)), 0) AS fullest
        FROM checkpoints k WHERE stream = :stream AND pages > 0`,
      )
      .get({ stream, lists, more: MORE_BELOW })
    const mean = Math.max(1, seen?.mean ?? 1)
    const { pages, items, single, fullest } = seen ?? { pages: 0, items: 0, single: 0, fullest: 0 }
    const usual = pages !== null && pages > 0 ? items / pages : fullest === single ? fullest : 0
    if (usual > 0)
      return { usual: Math.max(1, usual), least: Math.max(1, LEAST_OBSERVED * usual), mean, isObserved: true }
    const stated = Math.max(pageSize ?? ASSUMED_PAGE_SIZE, single)
    return {
      usual: stated,
      least: Math.max(1, LEAST_FILL * stated, single),
      mean,
      isObserved: (seen?.mean ?? null) !== null,
    }
  }

  /**
   * What repetitions of a command have cost beyond what listings let expect, by kind. Each estimate already
   * holds what was learnt before it, so the errors add up to what is to be added next; half of each error
   * after the first, so that chance evens out.
   */
  #surprises(run: OpenRun): Map<string, number> {
    const errors = this.#sqlite
      .prepare<object, { stream: string; surprise: number }>(
        `
        SELECT stream, sum(error * iif(nth = 1, 1, 0.5)) AS surprise FROM (
          SELECT e.stream, e.actual - e.likely AS error, row_number() OVER (PARTITION BY e.stream ORDER BY e.run_id) AS nth
          FROM runs this JOIN runs r ON r.key = this.key AND r.id < this.id AND r.state = 'finished' JOIN estimates e ON e.run_id = r.id
          WHERE this.id = :run AND EXISTS (SELECT 1 FROM runs p WHERE p.key = r.key AND p.id < r.id AND p.state = 'finished'))
        GROUP BY stream`,
      )
      .all({ run: run.id })
    return new Map(errors.map(({ stream, surprise }) => [stream, surprise]))
  }

  #records(run: OpenRun): EstimateRecord[] {
    return this.#sqlite
      .prepare<object, EstimateRecord>(
        `
        SELECT e.run_id AS run, sum(low) AS low, sum(likely) AS likely, sum(high) AS high, sum(actual) AS actual
        FROM estimates e JOIN runs r ON r.id = e.run_id JOIN runs this ON this.id = :run AND this.key = r.key
        WHERE e.actual IS NOT NULL GROUP BY e.run_id ORDER BY e.run_id DESC LIMIT 5`,
      )
      .all({ run: run.id })
  }
}

function add(
  rows: Map<string, Sum>,
  stream: string,
  { seed, state, unknown, opens }: Listing,
  { low, likely, high, limit }: Expected,
): void {
  const row = rows.get(seed) ?? {
    seed,
    stream,
    streams: 0,
    low: 0,
    likely: 0,
    high: 0,
    limit: 0,
    unknown: 0,
    opens: 0,
  }
  row.streams += 1
  row.low += low
  row.likely += likely
  row.high += high
  row.limit += limit
  if (state === 'fresh' || state === 'open') {
    row.unknown += unknown
    row.opens += opens
  }
  rows.set(seed, row)
}

function corrected({ limit, ...row }: Sum, surprise: number): EstimateRow {
  const likely = Math.min(limit, Math.max(0, row.likely + surprise))
  const high = surprise === 0 ? row.high : Math.min(limit, Math.max(row.high, likely * LEAST_MARGIN))
  return { ...row, low: Math.min(row.low, likely), likely, high }
}

/** Rounds the running sums, so that the rows add up to what all of them amount to. */
function inWholes(rows: readonly EstimateRow[]): EstimateRow[] {
  const sums = { low: 0, likely: 0, high: 0 }
  const step = (name: keyof typeof sums, row: EstimateRow, round: (sum: number) => number): number => {
    const before = round(sums[name])
    sums[name] += row[name]
    return round(sums[name]) - before
  }
  return rows.map(row => {
    const likely = step('likely', row, Math.round)
    const low = step('low', row, sum => Math.floor(sum + EPSILON))
    const high = step('high', row, sum => Math.ceil(sum - EPSILON))
    return { ...row, low: Math.min(low, likely), likely, high: Math.max(high, likely) }
  })
}

/** The listings of one kind in a run, with what is known of each. */
function listingsSql(kind: EstimateKind, rules: EstimateRules): string {
  const table = subjectTable(kind.accepts)
  const told = kind.length === null || table === undefined ? 'NULL' : `t.${kind.length}`
  const held = '(SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.kind = :lists AND m.gone = 0)'
  // What a ranked listing ever held is not how long it is; what stands in a newest-first one stays there.
  const size =
    kind.order === 'ranked' ? `iif(k.pass_state IN ('completed', 'capped'), k.items, ${held})` : held
  const young =
    '(SELECT count(*) FROM members m JOIN posts p ON p.id = m.item_id AND p.posted_at > ' +
    `:youngerThan WHERE m.stream_id = k.id AND m.kind = 'post')`
  const { isZero, isSame } = rules.full || rules.noGate ? { isZero: '0', isSame: '0' } : gateSql(kind)
  // They come into scope as gated, and are due where their counters move in the run. A user's 0 spares
  // nothing until the run is told it.
  const sparedAtOnce = kind.accepts === 'user' ? '0' : isZero
  return `
    SELECT s.text AS seed, f.depth, f.max_pages AS maxPages, coalesce(w.pages, k.pages) AS pages, coalesce(w.items, k.items) AS items,
      coalesce(${told}, iif(k.completed_pass IS NULL, NULL, ${size})) AS size, ${kind.recheck && rules.recheckMs !== null ? young : '0'} AS young,
      CASE WHEN f.state = 'gated' AND k.passes_begun = 0 AND ${sparedAtOnce} THEN 'empty'
        WHEN f.state NOT IN ('ready', 'claimed', 'delayed') THEN 'done'
        WHEN k.pass_state = 'completed' AND k.pass_after_request >= r.started_after_request AND k.full >= :full THEN 'done'
        WHEN k.pass_state = 'completed' AND k.completed_at BETWEEN :newerThan AND :now THEN 'done'
        WHEN ${isZero} THEN 'empty' WHEN ${isSame} THEN 'unmoved' WHEN k.unavailable IS NOT NULL THEN 'away'
        WHEN w.pages < coalesce(f.max_pages, w.pages + 1) OR k.pass_state = 'open' AND k.pages > 0 AND k.full = :full THEN 'open' WHEN k.completed_pass IS NOT NULL THEN 'read' ELSE 'fresh' END AS state,
      k.completed_pass IS NULL AND f.max_pages IS NULL AND ${kind.order === 'single' ? '0' : `${told} IS NULL`} AS unknown,
      k.completed_pass IS NULL AND ${opensSql(kind)} AS opens
    FROM frontier f JOIN runs r ON r.id = f.run_id JOIN checkpoints k ON k.id = f.stream_id ${table === undefined ? '' : `LEFT JOIN ${table} t ON t.id = k.subject_id`}
    LEFT JOIN parked_passes w ON w.stream_id = k.id AND w."full" = :full
    JOIN run_seeds s ON s.run_id = f.run_id AND s.seed = f.seed
    WHERE f.run_id = :run AND k.stream = :stream`
}

/**
 * Whether items of a listing draw listings of their own into scope. An item of its subject's kind is one hop
 * further, as people are.
 */
function opensSql({ accepts, lists }: EstimateKind): string {
  const draws = (kind: 'user' | 'post' | 'comment', hop: number): string =>
    `(f.depth + ${hop} <= coalesce((SELECT max(o.depth) FROM run_options o JOIN run_collects c ON ` +
    `c.option_set = o.option_set WHERE c.kind = '${kind}'), -1))`
  const user = draws('user', 1)
  if (accepts === 'query')
    return (
      `(${user} OR ${draws('user', 0)} AND EXISTS (SELECT 1 FROM scope WHERE run_id = :run AND kind ` +
      `= 'handle' AND id = k.subject_id))`
    )
  if (lists === 'post') return `(${user} OR ${draws('post', accepts === 'post' ? 1 : 0)})`
  if (lists === 'comment') return `(${user} OR ${draws('comment', 0)})`
  return lists === null ? '0' : user
}

/**
 * True where the gate is closed as far as the stored counters tell: because they are 0, or because they are
 * what they were.
 */
function gateSql({ gate, accepts }: EstimateKind): { isZero: string; isSame: string } {
  if (gate === null || subjectTable(accepts) === undefined) return { isZero: '0', isSame: '0' }
  const told = gate.counters.map(name => `t.${name}`)
  const isTold = `(${told.map(name => `${name} IS NOT NULL`).join(' OR ')})`
  const isZero = toldEmpty(told, accepts === 'user' ? undefined : isPlaceholder('t.'))
  if (gate.closedWhen === 'empty') return { isZero, isSame: '0' }
  return {
    isZero,
    isSame:
      `(${isTold} AND k.read_counters IS NOT NULL AND ` +
      `${gate.counters.map(name => `k.read_counters ->> '$.${name}' IS t.${name}`).join(' AND ')})`,
  }
}
