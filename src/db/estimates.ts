import { now } from '../clock.js'
import type { Sqlite } from './open.js'
import type { EstimateKind, EstimateRecord, EstimateRow, EstimateRules, OpenRun, SubjectKind } from './port.js'

const TABLES: Partial<Record<SubjectKind, string>> = { user: 'users', post: 'posts', comment: 'comments' }

/** How full pages are where nothing has been observed: the high estimate must hold for pages half as full as the contract says. */
const LEAST_FILL = 0.5
/** A page size for routes whose contract states none. */
const ASSUMED_PAGE_SIZE = 10
/** What a high estimate allows for growth between two crawls, beside the listings that are known. */
const GROWTH = 1.5

/**
 * Estimates a run from its frontier: each stream by its counters, the page fill observed, its checkpoint and the gates; then, where the
 * same command has already been repeated, by what the last repetition cost. All sums are made by the database, one query a kind.
 */
export class Estimates {
  readonly #sqlite: Sqlite

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }

  estimate(run: OpenRun, kinds: readonly EstimateKind[], rules: EstimateRules): { rows: EstimateRow[]; records: EstimateRecord[] } {
    const rows = kinds.flatMap((kind) => this.#rowsOf(run, kind, rules))
    return { rows: this.#learn(run, rows), records: this.#records(run) }
  }

  note(run: OpenRun, rows: readonly EstimateRow[]): void {
    const insert = this.#sqlite.prepare(`
      INSERT INTO estimates (run_id, stream, streams, low, likely, high) VALUES (:run, :stream, :streams, :low, :likely, :high)
      ON CONFLICT DO UPDATE SET streams = streams + excluded.streams, low = low + excluded.low, likely = likely + excluded.likely, high = high + excluded.high`)
    for (const { stream, streams, low, likely, high } of rows) insert.run({ run: run.id, stream, streams, low, likely: Math.round(likely), high })
  }

  /** Puts what a finished run was billed beside what was expected. */
  settle(runId: number): void {
    const actuals = this.#sqlite
      .prepare<object, { stream: string; actual: number }>(`
        SELECT k.stream, count(*) AS actual FROM requests q JOIN checkpoints k ON k.id = q.stream_id
        WHERE q.run_id = :run AND q.id > (SELECT started_after_request FROM runs WHERE id = :run) AND q.cost_microusd > 0 GROUP BY k.stream`)
      .all({ run: runId })
    const known = this.#sqlite.prepare("UPDATE estimates SET actual = 0 WHERE run_id = :run")
    if (known.run({ run: runId }).changes === 0) return
    const set = this.#sqlite.prepare(`
      INSERT INTO estimates (run_id, stream, streams, low, likely, high, actual) VALUES (:run, :stream, 0, 0, 0, 0, :actual)
      ON CONFLICT DO UPDATE SET actual = excluded.actual`)
    for (const { stream, actual } of actuals) set.run({ run: runId, stream, actual })
  }

  #rowsOf(run: OpenRun, kind: EstimateKind, rules: EstimateRules): EstimateRow[] {
    const observed = this.#observed(kind)
    return this.#sqlite.prepare<object, EstimateRow>(estimateSql(kind, rules)).all({
      run: run.id,
      stream: kind.stream,
      ...observed,
      full: rules.full ? 1 : 0,
      newerThan: rules.minAgeMs === null ? null : new Date(Date.parse(now()) - rules.minAgeMs).toISOString(),
      now: now(),
    })
  }

  /** How full pages of this kind were, and how many a listing had on average. */
  #observed({ stream, pageSize }: EstimateKind): { fill: number; leastFill: number; meanPages: number } {
    const size = pageSize ?? ASSUMED_PAGE_SIZE
    const seen = this.#sqlite
      .prepare<object, { pages: number | null; items: number | null; meanPages: number | null }>(`
        SELECT sum(iif(pages > 1, pages, 0)) AS pages, sum(iif(pages > 1, items, 0)) AS items, avg(pages) AS meanPages
        FROM checkpoints WHERE stream = :stream AND completed_pass IS NOT NULL`)
      .get({ stream })
    const fill = (seen?.pages ?? 0) > 0 ? Math.max(1, (seen?.items ?? 0) / (seen?.pages ?? 1)) : size
    const leastFill = (seen?.pages ?? 0) > 0 ? Math.max(1, fill * 0.8) : Math.max(1, size * LEAST_FILL)
    return { fill, leastFill, meanPages: Math.max(1, seen?.meanPages ?? 1) }
  }

  /**
   * Once a command has been repeated, its last repetition shows how fast this world changes: the likely figure of each kind is what that one
   * was billed, for as many more streams as there are now.
   */
  #learn(run: OpenRun, rows: EstimateRow[]): EstimateRow[] {
    const history = this.#sqlite
      .prepare<object, { stream: string; streams: number; actual: number }>(`
        SELECT stream, streams, actual FROM estimates WHERE run_id = (
          SELECT max(r.id) FROM runs r JOIN runs this ON this.id = :run AND this.key = r.key AND r.id < this.id
          WHERE r.state = 'finished' AND EXISTS (SELECT 1 FROM runs p WHERE p.key = r.key AND p.id < r.id AND p.state = 'finished'))`)
      .all({ run: run.id })
    const last = new Map(history.map((one) => [one.stream, one]))
    const totals = new Map<string, { streams: number; likely: number }>()
    for (const { stream, streams, likely } of rows) {
      const total = totals.get(stream) ?? { streams: 0, likely: 0 }
      totals.set(stream, { streams: total.streams + streams, likely: total.likely + likely })
    }
    return rows.map((row) => {
      const before = last.get(row.stream)
      const total = totals.get(row.stream)
      if (before === undefined || total === undefined || before.streams === 0) return row
      const learnt = (before.actual * total.streams) / before.streams
      const share = total.likely > 0 ? row.likely / total.likely : row.streams / total.streams
      const likely = learnt * share
      return { ...row, likely, low: Math.min(row.low, Math.floor(likely)), high: Math.max(row.high, Math.ceil(likely * GROWTH)) }
    })
  }

  #records(run: OpenRun): EstimateRecord[] {
    return this.#sqlite
      .prepare<object, EstimateRecord>(`
        SELECT e.run_id AS run, sum(low) AS low, sum(likely) AS likely, sum(high) AS high, sum(actual) AS actual
        FROM estimates e JOIN runs r ON r.id = e.run_id JOIN runs this ON this.id = :run AND this.key = r.key
        WHERE e.actual IS NOT NULL GROUP BY e.run_id ORDER BY e.run_id DESC LIMIT 5`)
      .all({ run: run.id })
  }
}

/** The sums over the frontier for one kind of listing, by seed. Every stream falls into the first case that fits it. */
function estimateSql(kind: EstimateKind, rules: EstimateRules): string {
  const table = TABLES[kind.accepts]
  const told = kind.length === null || table === undefined ? 'NULL' : `t.${kind.length}`
  const join = table === undefined ? '' : `LEFT JOIN ${table} t ON t.id = k.subject_id`
  const gated = rules.full || rules.noGate ? '0' : gateSql(kind)
  const whole = kind.order === 'single' ? '1' : 'whole'
  const most = kind.order === 'single' ? '1' : `ceil(most * ${GROWTH}) + 1`
  const stopsEarly = kind.order === 'newest-first' && !rules.full ? 'completed' : '0'
  const pick = (skip: string, away: string, shut: string, resumed: string, early: string, rest: string): string => `CASE
      WHEN recent THEN ${skip} WHEN away THEN ${away} WHEN gated THEN ${shut}
      WHEN resumed THEN ${resumed} WHEN ${stopsEarly} THEN ${early} ELSE ${rest} END`
  const capped = (expression: string): string => `min(${expression}, coalesce(max_pages, 1e9))`
  return `
    WITH streams AS (
      SELECT f.seed, f.max_pages, k.pages, ${told} AS told,
        coalesce(k.completed_at BETWEEN :newerThan AND :now AND k.pass_state = 'completed', 0) AS recent,
        k.unavailable IS NOT NULL AS away, ${gated} AS gated,
        k.pass_state = 'open' AND k.pages > 0 AND k.full = :full AS resumed, k.completed_pass IS NOT NULL AS completed,
        max(1, ceil(coalesce(${told}, nullif(k.items, 0), :meanPages * :fill) / :fill)) AS whole,
        max(1, ceil(max(coalesce(${told}, 0), k.items, iif(${told} IS NULL, :meanPages * :fill, 0)) / :leastFill)) AS most
      FROM frontier f JOIN checkpoints k ON k.id = f.stream_id ${join}
      WHERE f.run_id = :run AND f.state IN ('ready', 'claimed', 'delayed') AND k.stream = :stream)
    SELECT s.text AS seed, :stream AS stream, count(*) AS streams,
      cast(sum(${capped(pick('0', '0', '0', '1', '1', `max(1, floor(${whole} * 0.8))`))}) AS INTEGER) AS low,
      sum(${capped(pick('0', '0', '0', `max(1, ${whole} - pages)`, '1', whole))}) AS likely,
      cast(ceil(sum(${capped(pick('0', '1', `0.5 * ${most}`, most, `0.5 * ${most} + 1`, most))})) AS INTEGER) AS high,
      cast(sum(NOT recent AND NOT completed AND told IS NULL AND ${kind.order === 'single' ? '0' : '1'}) AS INTEGER) AS unknown
    FROM streams JOIN run_seeds s ON s.run_id = :run AND s.seed = streams.seed
    GROUP BY s.text`
}

/** True where the gate is closed as far as the stored counters tell. */
function gateSql({ gate, accepts }: EstimateKind): string {
  if (gate === null || TABLES[accepts] === undefined) return '0'
  const told = gate.counters.map((name) => `t.${name}`)
  const isZero = `(coalesce(${told.join(', ')}${told.length === 1 ? ', NULL' : ''}) IS NOT NULL AND ${told.map((name) => `coalesce(${name}, 0) = 0`).join(' AND ')})`
  if (gate.closedWhen === 'empty') return isZero
  const isSame = gate.counters.map((name) => `k.read_counters ->> '$.${name}' IS t.${name}`).join(' AND ')
  return `(${isZero} OR (k.read_counters IS NOT NULL AND coalesce(${told.join(', ')}${told.length === 1 ? ', NULL' : ''}) IS NOT NULL AND ${isSame}))`
}
