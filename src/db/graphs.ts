import type { Sqlite } from './open.js'

/** The networks of users that the tables hold. */
export const graphNames = ['follow', 'cameo', 'remix', 'reply'] as const
export type GraphName = (typeof graphNames)[number]
/** The tables that they are read from. */
export const graphTables: readonly string[] = [
  'users',
  'posts',
  'comments',
  'edges',
  'checkpoints',
  'frontier',
]

/** A value of a node or an edge; integers beyond 2^53 are bigint. */
export type GraphValue = string | number | bigint | null

export interface GraphColumn {
  readonly name: string
  /** `flag` is 0 or 1; `time` is ISO 8601 UTC. */
  readonly type: 'text' | 'integer' | 'flag' | 'time'
  readonly about: string
}

const USER_COLUMNS: readonly GraphColumn[] = [
  { name: 'username', type: 'text', about: 'The handle.' },
  { name: 'display_name', type: 'text', about: 'The name shown.' },
  { name: 'follower_count', type: 'integer', about: 'Followers, as the platform counts them.' },
  { name: 'following_count', type: 'integer', about: 'Accounts followed, as the platform counts them.' },
  { name: 'post_count', type: 'integer', about: 'Posts, as the platform counts them.' },
  { name: 'like_count', type: 'integer', about: 'Likes received in all.' },
  { name: 'view_count', type: 'integer', about: 'Views received in all.' },
  { name: 'cameo_count', type: 'integer', about: 'Appearances in posts.' },
  { name: 'is_verified', type: 'flag', about: 'Whether verified.' },
  {
    name: 'unavailable',
    type: 'text',
    about: '`gone` or `private` where a listing was refused for that reason.',
  },
  { name: 'first_seen_at', type: 'time', about: 'When the user was first met.' },
  { name: 'last_seen_at', type: 'time', about: 'When the user was last met.' },
]

/** Attributes of a user, in the order of a node's values. */
export const nodeColumns: readonly GraphColumn[] = [
  ...USER_COLUMNS,
  {
    name: 'crawled_in',
    type: 'flag',
    about: 'Whether the listings that tell the edges to this user were read to their end.',
  },
  {
    name: 'crawled_out',
    type: 'flag',
    about: 'Whether those that tell the edges from this user were; not told where there is no such listing.',
  },
  {
    name: 'crawled',
    type: 'flag',
    about: 'Whether all of them were: the degree of a user for whom it is false means little.',
  },
]

/** Attributes of an edge, in the order of its values. */
export const edgeColumns: readonly GraphColumn[] = [
  {
    name: 'gone',
    type: 'integer',
    about: 'How many of the relations counted by the weight a full look found gone.',
  },
  { name: 'first_seen_at', type: 'time', about: 'When this crawler first saw one of them.' },
  { name: 'gone_at', type: 'time', about: 'When the last of them was found gone; not told while one holds.' },
  {
    name: 'first_posted_at',
    type: 'time',
    about: 'When the first of the posts or comments that make the edge was written; not told for follows.',
  },
  { name: 'last_posted_at', type: 'time', about: 'When the last of them was.' },
]

export interface GraphNode {
  readonly id: string
  /** As `nodeColumns`. */
  readonly values: readonly GraphValue[]
}

export interface GraphEdge {
  readonly source: string
  readonly target: string
  /** How many relations it stands for. */
  readonly weight: number
  /** As `edgeColumns`. */
  readonly values: readonly GraphValue[]
}

/** How many relations the tables hold for a graph, and how many of them have no known user at one end. */
export interface GraphRelations {
  readonly relations: number
  readonly leftOut: number
}

/**
 * A graph's relations, one row each: source, target, first_seen_at, gone_at, posted_at. Either end may be
 * NULL.
 */
const RELATIONS: Readonly<Record<GraphName, string>> = {
  follow:
    'SELECT source_id AS source, target_id AS target, first_seen_at, gone_at, NULL AS posted_at ' +
    `FROM edges WHERE kind = 'follow'`,
  cameo: `
    SELECT e.source_id AS source, p.user_id AS target, e.first_seen_at, e.gone_at, p.posted_at
    FROM edges e LEFT JOIN posts p ON p.id = e.target_id WHERE e.kind = 'cameo'`,
  // A post that tells its parent is a remix of that one alone, whichever listings it stands in; as in
  // v_remix_trees.
  remix: `
    SELECT r.user_id AS source, o.user_id AS target, e.first_seen_at, e.gone_at, r.posted_at
    FROM edges e LEFT JOIN posts r ON r.id = e.source_id LEFT JOIN posts o ON o.id = e.target_id
    WHERE e.kind = 'remix' AND (r.parent_post_id IS NULL OR r.parent_post_id = e.target_id)`,
  reply: `
    SELECT c.user_id AS source, CASE WHEN c.parent_comment_id IS NULL THEN p.user_id ELSE above.user_id END AS target, c.first_seen_at, NULL AS gone_at, c.posted_at
    FROM comments c LEFT JOIN posts p ON p.id = c.post_id LEFT JOIN comments above ON above.id = c.parent_comment_id`,
}

/**
 * Whether a listing was read to its end by a completed pass, or needed no reading since a counter says that
 * it is empty.
 */
const isRead = (stream: string, subject: string): string => `
  EXISTS (SELECT 1 FROM checkpoints k WHERE k.stream = '${stream}' AND k.subject_id = ${subject}
    AND (k.completed_pass IS NOT NULL OR k.id IN (SELECT stream_id FROM frontier WHERE state = 'gated')))`

/** The same for one listing of each of a user's posts. */
const isReadOfPosts = (stream: string, counter: string): string => `
  ${isRead('posts', 'n.id')} AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.user_id = n.id AND p.${counter} IS NOT 0 AND NOT ${isRead(stream, 'p.id')})`

/** Which listings tell the edges to a user, and which those from it; NULL where none does. */
const CRAWLED: Readonly<Record<GraphName, readonly [to: string, from: string | null]>> = {
  follow: [isRead('followers', 'n.id'), isRead('following', 'n.id')],
  cameo: [isRead('posts', 'n.id'), isRead('cameos', 'n.id')],
  remix: [isReadOfPosts('remixes', 'remix_count'), isRead('posts', 'n.id')],
  reply: [isReadOfPosts('comments', 'reply_count'), null],
}

/** Where both ends are known. */
const known = (graph: GraphName): string =>
  `(SELECT * FROM (${RELATIONS[graph]}) WHERE source IS NOT NULL AND target IS NOT NULL)`

/** The users who take part in a graph, ordered by id. */
export function* graphNodes(sqlite: Sqlite, graph: GraphName): Generator<GraphNode> {
  const [to, from] = CRAWLED[graph]
  const statement = sqlite.prepare<[], [string, ...GraphValue[]]>(`
    WITH n (id) AS MATERIALIZED (SELECT source FROM ${known(graph)} UNION SELECT target FROM ${known(graph)})
    SELECT id, ${USER_COLUMNS.map(({ name }) => name).join(', ')}, crawled_in, crawled_out, crawled_in AND coalesce(crawled_out, 1) AS crawled
    FROM (
      SELECT n.id, ${USER_COLUMNS.map(({ name }) => `u.${name}`).join(', ')}, ${to} AS crawled_in, ${from ?? 'NULL'} AS crawled_out
      FROM n LEFT JOIN users u ON u.id = n.id)
    ORDER BY id`)
  for (const [id, ...values] of statement.raw().safeIntegers().iterate())
    yield { id, values: values.map(handy) }
}

/**
 * The edges of a graph, one for each pair of users, ordered by source and target. Those found gone are among
 * them.
 */
export function* graphEdges(sqlite: Sqlite, graph: GraphName): Generator<GraphEdge> {
  // Follows are one for each pair already, in the order of their key: nothing has to be grouped or sorted.
  const edges =
    graph === 'follow'
      ? 'SELECT source_id AS source, target_id AS target, 1 AS weight, gone_at IS NOT NULL AS gone, ' +
        `first_seen_at, gone_at, NULL, NULL FROM edges WHERE kind = 'follow'`
      : `SELECT source, target, count(*) AS weight, count(gone_at) AS gone, min(first_seen_at), CASE WHEN count(gone_at) = count(*) THEN max(gone_at) END, min(posted_at), max(posted_at)
         FROM ${known(graph)} GROUP BY source, target`
  const statement = sqlite.prepare<[], [string, string, number, ...GraphValue[]]>(
    `${edges} ORDER BY source, target`,
  )
  for (const [source, target, weight, ...values] of statement.raw().iterate())
    yield { source, target, weight, values }
}

export function graphRelations(sqlite: Sqlite, graph: GraphName): GraphRelations {
  return sqlite
    .prepare<[], GraphRelations>(
      'SELECT count(*) AS relations, coalesce(sum(source IS NULL OR target IS NULL), 0) AS ' +
        `leftOut FROM (${RELATIONS[graph]})`,
    )
    .get() as GraphRelations
}

/** Integers as numbers where those are exact. */
function handy(value: GraphValue): GraphValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}
