import { figure, type Figure } from './figure.js'

/* Posts: when, how many, what they moved. */

export const timeUnits = ['day', 'week', 'month', 'year'] as const
export type TimeUnit = (typeof timeUnits)[number]

export interface PostsInTimeRow {
  /** The first day of the day, week (Monday), month or year. */
  readonly begins: string
  readonly posts: number
  readonly posts_so_far: number
}

const BEGINS: Readonly<Record<TimeUnit, string>> = {
  day: 'substr(posted_at, 1, 10)',
  week: "date(posted_at, 'weekday 0', '-6 days')",
  month: "substr(posted_at, 1, 7) || '-01'",
  year: "substr(posted_at, 1, 4) || '-01-01'",
}

/** Posts by the time of posting. */
export function postsInTime(unit: TimeUnit): Figure<PostsInTimeRow> {
  return figure(`
    SELECT begins, count(*) AS posts, sum(count(*)) OVER (ORDER BY begins) AS posts_so_far
    FROM (SELECT ${BEGINS[unit]} AS begins FROM posts WHERE posted_at IS NOT NULL)
    GROUP BY begins
    ORDER BY begins`)
}

export interface PostingHourRow {
  /** 0 is Sunday, as SQLite counts. */
  readonly weekday: number
  readonly hour: number
  readonly posts: number
}

export const postingHours = figure<PostingHourRow>(`
  SELECT CAST(strftime('%w', day) AS INTEGER) AS weekday, CAST(hour AS INTEGER) AS hour, sum(posts) AS posts
  FROM (
    SELECT substr(posted_at, 1, 10) AS day, substr(posted_at, 12, 2) AS hour, count(*) AS posts
    FROM posts
    WHERE posted_at IS NOT NULL
    GROUP BY 1, 2)
  GROUP BY 1, 2
  ORDER BY 1, 2`)

export type Counter = 'views' | 'likes' | 'comments' | 'remixes'
const COUNTERS: readonly (readonly [Counter, string])[] = [
  ['views', 'view_count'],
  ['likes', 'like_count'],
  ['comments', 'coalesce(recursive_reply_count, reply_count)'],
  ['remixes', 'remix_count'],
]
const VALUES = COUNTERS.map(
  ([name, value]) =>
    `SELECT '${name}' AS counter, ${value} AS value, count(*) AS posts FROM posts GROUP BY 2`,
).join('\n    UNION ALL ')

export interface EngagementRow {
  readonly counter: Counter
  /** The smallest value of the class: 0, 1, 2, 5, 10, 20, 50… */
  readonly from_value: number
  readonly posts: number
}

export const engagement = figure<EngagementRow>(`
  WITH counted AS (
    ${VALUES})
  SELECT counter,
    CASE WHEN value <= 0 THEN 0 ELSE CAST(
      CASE WHEN substr(value, 1, 1) < '2' THEN '1' WHEN substr(value, 1, 1) < '5' THEN '2' ELSE '5' END
      || substr('000000000000000000', 1, length(value) - 1) AS INTEGER) END AS from_value,
    sum(posts) AS posts
  FROM counted
  WHERE value IS NOT NULL
  GROUP BY 1, 2
  ORDER BY 1, 2`)

export interface QuantileRow {
  readonly counter: Counter
  readonly posts: number
  readonly p10: number
  readonly median: number
  readonly p90: number
  readonly p99: number
  readonly most: number
  readonly mean: number
}

const quantile = (percent: number): string =>
  `min(CASE WHEN upto * 100 >= posts_in_all * ${percent} THEN value END)`

/** The value that so many hundredths of the posts do not exceed. */
export const engagementQuantiles = figure<QuantileRow>(`
  WITH counted AS (
    ${VALUES}),
  ranked AS (
    SELECT counter, value, posts, sum(posts) OVER (PARTITION BY counter ORDER BY value) AS upto, sum(posts) OVER (PARTITION BY counter) AS posts_in_all
    FROM counted
    WHERE value IS NOT NULL)
  SELECT counter, max(posts_in_all) AS posts, ${quantile(10)} AS p10, ${quantile(50)} AS median,
    ${quantile(90)} AS p90, ${quantile(99)} AS p99, max(value) AS most,
    round(total(1.0 * value * posts) / max(posts_in_all), 2) AS mean
  FROM ranked
  GROUP BY counter
  ORDER BY counter`)

export interface TopPostRow {
  readonly post_id: string
  readonly username: string | null
  readonly user_id: string | null
  readonly posted_at: string | null
  readonly views: number | null
  readonly likes: number | null
  readonly comments: number | null
  readonly remixes: number | null
  readonly engagement_rate: number | null
  readonly permalink: string | null
  readonly text: string | null
}

export const topPosts = figure<TopPostRow>(`
  SELECT t.id AS post_id, u.username, t.user_id, t.posted_at, t.view_count AS views, t.like_count AS likes,
    coalesce(t.recursive_reply_count, t.reply_count) AS comments, t.remix_count AS remixes,
    round((1.0 * t.like_count + coalesce(t.recursive_reply_count, t.reply_count, 0) + coalesce(t.remix_count, 0)) / nullif(t.view_count, 0), 4) AS engagement_rate,
    t.permalink, substr(t.text, 1, 600) AS text
  FROM (SELECT * FROM posts ORDER BY view_count DESC NULLS LAST, like_count DESC NULLS LAST, id LIMIT 12) t LEFT JOIN users u ON u.id = t.user_id
  ORDER BY t.view_count DESC NULLS LAST, t.like_count DESC NULLS LAST, t.id`)

export interface TreePostRow {
  readonly root_post_id: string
  readonly post_id: string
  readonly parent_post_id: string | null
  readonly depth: number
  readonly username: string | null
  readonly views: number | null
  readonly posts_in_tree: number
  readonly deepest: number
  readonly text: string | null
}

/**
 * Whether edge `e` is where its remix hangs: at the parent that it tells, or else at the first that listed
 * it.
 */
const hangs = (
  e: string,
): string => `likely(${e}.kind = 'remix') AND ${e}.source_id <> ${e}.target_id AND ${e}.target_id = coalesce(
      (SELECT parent_post_id FROM posts WHERE id = ${e}.source_id), (SELECT min(target_id) FROM edges WHERE kind = 'remix' AND source_id = ${e}.source_id))`

/** The posts of the largest remix trees, from the top, at most so many of each. */
export const remixTrees = figure<TreePostRow>(`
  WITH RECURSIVE tree (root_post_id, post_id, parent_post_id, depth) AS MATERIALIZED (
    SELECT DISTINCT target_id, target_id, NULL, 0 FROM edges e
    WHERE kind = 'remix' AND NOT EXISTS (SELECT 1 FROM edges u WHERE u.source_id = e.target_id AND ${hangs('u')})
    UNION ALL
    SELECT t.root_post_id, e.source_id, t.post_id, t.depth + 1
    FROM tree t CROSS JOIN edges e ON e.target_id = t.post_id AND ${hangs('e')}),
  largest AS (
    SELECT root_post_id, count(*) AS posts, max(depth) AS deepest FROM tree GROUP BY root_post_id
    HAVING count(*) > 1 ORDER BY count(*) DESC, max(depth) DESC, root_post_id LIMIT 4),
  drawn AS (
    SELECT t.*, g.posts, g.deepest, row_number() OVER (PARTITION BY t.root_post_id ORDER BY t.depth, t.parent_post_id, t.post_id) AS place
    FROM largest g JOIN tree t ON t.root_post_id = g.root_post_id)
  SELECT d.root_post_id, d.post_id, d.parent_post_id, d.depth, u.username, p.view_count AS views, d.posts AS posts_in_tree, d.deepest, substr(p.text, 1, 200) AS text
  FROM drawn d LEFT JOIN posts p ON p.id = d.post_id LEFT JOIN users u ON u.id = p.user_id
  WHERE d.place <= 40
  ORDER BY d.posts DESC, d.deepest DESC, d.root_post_id, d.place`)
