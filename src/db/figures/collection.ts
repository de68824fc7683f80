import { isImport, isImported, isSent, isUnsure } from '../sent.js'
import { figure } from './figure.js'

/* What was collected, when, and what it cost. */

export interface CollectedRow {
  readonly rows: number
  /** A table; edges and metrics by their kind. */
  readonly what: string
}

export const collected = figure<CollectedRow>(`
  SELECT 'users' AS what, count(*) AS rows FROM users
  UNION ALL SELECT 'posts', count(*) FROM posts
  UNION ALL SELECT 'attachments', count(*) FROM attachments
  UNION ALL SELECT 'comments', count(*) FROM comments WHERE parent_comment_id IS NULL
  UNION ALL SELECT 'replies', count(*) FROM comments WHERE parent_comment_id IS NOT NULL
  UNION ALL SELECT 'follows', count(*) FROM edges WHERE kind = 'follow'
  UNION ALL SELECT 'cameos', count(*) FROM edges WHERE kind = 'cameo'
  UNION ALL SELECT 'remixes', count(*) FROM edges WHERE kind = 'remix'
  UNION ALL SELECT 'observations of posts', count(*) FROM post_metrics
  UNION ALL SELECT 'observations of users', count(*) FROM user_metrics
  UNION ALL SELECT 'raw answers kept', count(*) FROM pages
  UNION ALL SELECT 'records set aside', count(*) FROM rejects`)

export interface CaptionRow {
  readonly origin: 'sandbox' | 'real' | null
  /** Crawls: imports are none. */
  readonly runs: number
  /** Answers that were had elsewhere, at no cost. */
  readonly imported: number
  /** When the first run, or import, began and the last one was last heard of. */
  readonly began_at: string | null
  readonly last_at: string | null
  readonly unfinished: number
  readonly requests: number
  readonly cost_microusd: number
  readonly unknown: number
  readonly first_post_at: string | null
  readonly last_post_at: string | null
}

export const caption = figure<CaptionRow>(`
  SELECT (SELECT value FROM meta WHERE key = 'origin') AS origin,
    coalesce(sum(NOT ${isImport()}), 0) AS runs, (SELECT count(*) FROM requests WHERE ${isImported()}) AS imported, min(started_at) AS began_at,
    max(max(started_at), coalesce(max(finished_at), ''), coalesce((SELECT settled_at FROM requests ORDER BY id DESC LIMIT 1), '')) AS last_at,
    coalesce(sum(state = 'unfinished'), 0) AS unfinished,
    (SELECT count(*) FROM requests WHERE ${isSent()}) AS requests,
    (SELECT coalesce(sum(cost_microusd), 0) FROM requests WHERE ${isSent()}) AS cost_microusd,
    (SELECT count(*) FROM requests WHERE ${isUnsure()}) AS unknown,
    (SELECT min(posted_at) FROM posts) AS first_post_at, (SELECT max(posted_at) FROM posts) AS last_post_at
  FROM runs`)

export interface RunRow {
  readonly run: number
  readonly started_at: string
  readonly finished_at: string | null
  readonly state: string
  readonly stopped_by: string | null
  readonly is_import: 0 | 1
  /** JSON: the first twelve. */
  readonly seeds: string
  readonly seeds_in_all: number
  /** JSON: the different options of its seeds, each `{collect, depth, maxPages}`. */
  readonly options: string
  readonly full: 0 | 1 | null
  readonly requests: number
  readonly usd: number
}

export const runs = figure<RunRow>(`
  SELECT r.id AS run, r.started_at, r.finished_at, r.state, r.stopped_by, ${isImport('r.')} AS is_import,
    (SELECT json_group_array(text) FROM (SELECT text FROM run_seeds WHERE run_id = r.id ORDER BY seed LIMIT 12)) AS seeds,
      (SELECT count(*) FROM run_seeds WHERE run_id = r.id) AS seeds_in_all,
    (SELECT json_group_array(json(options)) FROM (SELECT DISTINCT json_remove(value, '$.seed') AS options FROM json_each(r.options, '$.seeds'))) AS options,
    json_extract(r.options, '$.full') AS full,
    count(q.id) AS requests, coalesce(sum(q.cost_microusd), 0) / 1e6 AS usd
  FROM (SELECT * FROM runs ORDER BY id DESC LIMIT 12) r LEFT JOIN requests q ON q.run_id = r.id AND ${isSent('q.')}
  GROUP BY r.id
  ORDER BY r.id DESC`)

export interface RouteSpendRow {
  readonly route: string
  readonly requests: number
  readonly billed: number
  readonly usd: number
}

export const spendByRoute = figure<RouteSpendRow>(`
  SELECT route, count(*) AS requests, sum(cost_microusd > 0) AS billed, sum(cost_microusd) / 1e6 AS usd
  FROM requests
  WHERE ${isSent()}
  GROUP BY route
  ORDER BY sum(cost_microusd) DESC, count(*) DESC, route`)

export interface DaySpendRow {
  readonly day: string
  readonly requests: number
  readonly usd: number
  readonly usd_so_far: number
}

export const spendByDay = figure<DaySpendRow>(`
  SELECT substr(reserved_at, 1, 10) AS day, count(*) AS requests, sum(cost_microusd) / 1e6 AS usd,
    sum(sum(cost_microusd)) OVER (ORDER BY substr(reserved_at, 1, 10)) / 1e6 AS usd_so_far
  FROM requests
  WHERE ${isSent()}
  GROUP BY substr(reserved_at, 1, 10)
  ORDER BY day`)
