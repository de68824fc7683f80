import { kindByStream, toldByStream, type ListingMeasure } from '../measures.js'
import { figure, type Figure } from './figure.js'

/* What is held of what there is, and what went wrong. */

/** How listing `f` stands, in the words of the command coverage, as run `r` left it. */
const STATE = `CASE
        WHEN f.state = 'complete' AND f.reason IS NOT NULL THEN 'repeats'
        WHEN f.state IN ('complete', 'gated', 'recent') THEN 'complete'
        WHEN f.state IN ('capped', 'failed') THEN f.state
        WHEN f.state = 'unavailable' THEN iif(f.reason = 'private', 'private', 'gone')
        WHEN f.state = 'doubtful' THEN 'not found'
        WHEN r.state = 'abandoned' THEN 'abandoned'
        WHEN r.stopped_by IN ('cap', 'balance-empty', 'quota-spent') THEN 'budget'
        ELSE 'in progress' END`

/** Why listing `listings` holds less than there is: what its state says, or else what was said about this one. */
const WHY = `
      CASE
        WHEN state = 'capped' THEN 'cut by the cap on pages'
        WHEN state = 'budget' AND stopped_by = 'balance-empty' THEN 'the balance was empty'
        WHEN state = 'budget' AND stopped_by = 'quota-spent' THEN 'the quota was spent'
        WHEN state = 'budget' THEN 'the cap on requests or cost was reached'
        WHEN state = 'abandoned' THEN 'its run was given up'
        WHEN state = 'in progress' THEN 'its run is not finished'
        WHEN state = 'private' THEN 'its account hides it'
        WHEN state = 'gone' THEN 'the API no longer has it'
        WHEN reason IS NOT NULL THEN reason
        WHEN state = 'complete' THEN 'the rest is counted, and not listed'
        ELSE 'no reason is recorded' END`

/** Every listing that a run ever had in scope: how it stands, what the platform counts, and what is held. */
const listings = (measures: readonly ListingMeasure[]): string => `
    SELECT k.id, k.stream, k.subject_id, f.reason, r.stopped_by,
      ${STATE} AS state,
      ${toldByStream(measures)} AS told,
      (SELECT count(*) FROM members m WHERE m.stream_id = k.id AND m.gone = 0 AND m.kind = ${kindByStream(measures)}) AS held
    FROM (SELECT stream_id, max(run_id) AS run_id FROM frontier GROUP BY stream_id) l
    JOIN checkpoints k ON k.id = l.stream_id
    JOIN frontier f ON f.run_id = l.run_id AND f.stream_id = l.stream_id
    JOIN runs r ON r.id = l.run_id`

export interface StreamCoverageRow {
  readonly stream: string
  readonly state: string
  readonly listings: number
  /** Of the listings whose length is told: what the platform counts, and what is held of it. */
  readonly told: number | null
  readonly held_of_told: number | null
  readonly held: number
}

/** Every listing that a run ever had in scope, as the last run that had it left it. */
export const coverageByStream = (measures: readonly ListingMeasure[]): Figure<StreamCoverageRow> =>
  figure<StreamCoverageRow>(`
  WITH listings AS (${listings(measures)})
  SELECT stream, state, count(*) AS listings, CAST(total(told) AS INTEGER) AS told,
    sum(iif(told IS NULL, NULL, held)) AS held_of_told, sum(held) AS held
  FROM listings
  GROUP BY stream, state
  ORDER BY stream, state`)

export interface GapRow {
  readonly stream: string
  readonly subject: string
  readonly name: string | null
  readonly state: string
  readonly told: number
  readonly held: number
  readonly missing: number
  readonly reason: string
}

export const largestGaps = (measures: readonly ListingMeasure[]): Figure<GapRow> =>
  figure<GapRow>(`
  WITH listings AS (${listings(measures)})
  SELECT stream, subject_id AS subject, (SELECT username FROM users WHERE id = subject_id) AS name, state, told, held, told - held AS missing,${WHY} AS reason
  FROM listings
  WHERE told > held
  ORDER BY told - held DESC, stream, subject_id
  LIMIT 12`)

export interface TroubleRow {
  readonly stream: string
  readonly state: string
  readonly reason: string
  readonly listings: number
}

/** Listings that are not complete, in the last run that had each in scope. */
export const troubles = figure<TroubleRow>(`
  WITH listings AS (
    SELECT k.stream, coalesce(f.reason, k.reason, k.unavailable) AS reason, r.stopped_by, ${STATE} AS state
    FROM (SELECT stream_id, max(run_id) AS run_id FROM frontier GROUP BY stream_id) l
    JOIN checkpoints k ON k.id = l.stream_id
    JOIN frontier f ON f.run_id = l.run_id AND f.stream_id = l.stream_id
    JOIN runs r ON r.id = l.run_id)
  SELECT stream, state,${WHY} AS reason, count(*) AS listings
  FROM listings
  WHERE state <> 'complete'
  GROUP BY 1, 2, 3
  ORDER BY count(*) DESC, 1, 2, 3
  LIMIT 40`)

export interface RefusalRow {
  readonly status: number | null
  readonly what: string
  readonly requests: number
  readonly routes: number
  readonly usd: number
}

export const refusals = figure<RefusalRow>(`
  SELECT status, coalesce(error, state) AS what, count(*) AS requests, count(DISTINCT route) AS routes, sum(cost_microusd) / 1e6 AS usd
  FROM requests
  WHERE error IS NOT NULL OR state = 'unknown' OR status <> 200
  GROUP BY 1, 2
  ORDER BY count(*) DESC, 1, 2
  LIMIT 20`)

export interface UnreadableRow {
  readonly kind: 'record set aside' | 'field of another type' | 'new field' | 'field dropped'
  readonly at: string
  readonly what: string
  readonly records: number
}

export const unreadable = figure<UnreadableRow>(`
  SELECT 'record set aside' AS kind, route AS at, reason AS what, count(*) AS records FROM rejects GROUP BY route, reason
  UNION ALL
  SELECT CASE kind WHEN 'type' THEN 'field of another type' WHEN 'added' THEN 'new field' ELSE 'field dropped' END, path,
    CASE kind WHEN 'type' THEN got || ' in place of ' || expected ELSE 'since ' || substr(first_seen_at, 1, 10) END, records
  FROM drift
  ORDER BY records DESC, kind, at, what
  LIMIT 20`)
