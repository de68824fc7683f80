import { getTableColumns, getTableName, is, isTable } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { PROSE } from './forget-columns.js'
import { dictionary } from './schema/index.js'

/** Something that must hold of a sound database: the query lists what breaks it, in one column. */
export interface Rule {
  readonly part: 'relations' | 'ledger' | 'checkpoints' | 'values'
  /** What is wrong with each row that the query lists. */
  readonly fault: string
  readonly sql: string
}

/** Rows of a table whose reference leads nowhere; NULL is no reference. */
function missing(table: string, column: string, target: string, { key = 'id', where = '1' } = {}): Rule {
  return {
    part: 'relations',
    fault: `${table}.${column} is not in ${target}`,
    // Distinct are those that lead nowhere, not all that there are: of these, millions would be sorted and
    // held.
    sql:
      `SELECT DISTINCT ${column} FROM ${table} t WHERE ${column} IS NOT NULL AND ${where} AND NOT ` +
      `EXISTS (SELECT 1 FROM ${target} o WHERE o.${key} = t.${column})`,
  }
}

/** What the schema says refers to another table. */
function references(): Rule[] {
  return [...dictionary].flatMap(([name, { kind, table }]) => {
    if (kind !== 'table' || !is(table, SQLiteTable)) return []
    return getTableConfig(table).foreignKeys.flatMap(key => {
      const { columns, foreignTable } = key.reference()
      return columns.map(column => missing(name, column.name, getTableName(foreignTable)))
    })
  })
}

const MEMBERS: readonly Rule[] = [
  ['user', 'users'],
  ['post', 'posts'],
  ['comment', 'comments'],
  ['reply', 'comments'],
].map(([kind, table]) => ({
  part: 'relations',
  fault: `members.item_id (${kind}) is not in ${table}`,
  // A post that a seed names is a member of its own stream whether or not it can be had.
  sql: `SELECT item_id FROM members m WHERE kind = '${kind}' AND NOT EXISTS (SELECT 1 FROM ${table} o WHERE o.id = m.item_id)
    AND NOT EXISTS (SELECT 1 FROM checkpoints k WHERE k.id = m.stream_id AND k.subject_kind = 'link' AND k.subject_id = m.item_id)`,
}))

/**
 * What is legal and looks odd: a remixed post known only by its id; pages that were pruned; a ledger without
 * streams of the forgotten.
 */
const RELATIONS: readonly Rule[] = [
  ...references(),
  missing('edges', 'source_id', 'users', { where: "kind IN ('follow', 'cameo')" }),
  missing('edges', 'target_id', 'users', { where: "kind = 'follow'" }),
  missing('edges', 'source_id', 'posts', { where: "kind = 'remix'" }),
  missing('edges', 'target_id', 'posts', { where: "kind = 'cameo'" }),
  missing('rankings', 'item_id', 'posts', { where: "list = 'feed'" }),
  missing('rankings', 'item_id', 'users', { where: "list = 'leaderboard'" }),
  missing('handles', 'user_id', 'users'),
  ...MEMBERS,
  missing('members', 'stream_id', 'checkpoints'),
  missing('completed_passes', 'stream_id', 'checkpoints'),
  missing('used_cursors', 'stream_id', 'checkpoints'),
  missing('parked_passes', 'stream_id', 'checkpoints'),
  missing('frontier', 'stream_id', 'checkpoints'),
  missing('pages', 'stream_id', 'checkpoints'),
  missing('rejects', 'stream_id', 'checkpoints'),
  missing('requests', 'stream_id', 'checkpoints', { where: 'stream_id <> 0' }),
  ...['run_seeds', 'frontier', 'scope', 'estimates', 'told_zero'].map(table =>
    missing(table, 'run_id', 'runs'),
  ),
  missing('requests', 'run_id', 'runs', { where: 'run_id <> 0' }),
]

const LEDGER: readonly Rule[] = [
  {
    part: 'ledger',
    fault: 'a page answers a request that the ledger does not have',
    sql:
      'SELECT id FROM pages p WHERE pass > 0 AND NOT EXISTS (SELECT 1 FROM requests q WHERE q.id = ' +
      'p.request_id)',
  },
  {
    part: 'ledger',
    fault: 'two pages answer one request',
    sql: 'SELECT request_id FROM pages WHERE pass > 0 GROUP BY request_id HAVING count(*) > 1',
  },
  {
    part: 'ledger',
    fault: 'a page is of another route, run or status than its request',
    sql: `
      SELECT p.id FROM pages p JOIN requests q ON q.id = p.request_id
      WHERE p.pass > 0 AND (p.route <> q.route OR p.run_id <> q.run_id OR p.status <> q.status OR q.state <> 'answered')`,
  },
  {
    part: 'ledger',
    fault: 'an answer other than 200, or a request that was never sent, has a price',
    sql:
      "SELECT id FROM requests WHERE cost_microusd <> 0 AND (state = 'never-sent' OR state = " +
      "'answered' AND status <> 200)",
  },
  { part: 'ledger', fault: 'a cost is negative', sql: 'SELECT id FROM requests WHERE cost_microusd < 0' },
  {
    part: 'ledger',
    fault: 'a request is settled without a time, or the other way round',
    sql: "SELECT id FROM requests WHERE (state = 'reserved') <> (settled_at IS NULL)",
  },
  {
    part: 'ledger',
    fault: 'an answered request has no status',
    sql: "SELECT id FROM requests WHERE state = 'answered' AND status IS NULL",
  },
  {
    part: 'ledger',
    fault: 'the requests of a run are not those counted for its seeds',
    sql: `
      SELECT r.id FROM runs r
      WHERE (SELECT count(*) FROM requests q WHERE q.run_id = r.id) <> (SELECT coalesce(sum(requests), 0) FROM run_seeds s WHERE s.run_id = r.id)
        AND EXISTS (SELECT 1 FROM run_seeds s WHERE s.run_id = r.id)`,
  },
  {
    part: 'ledger',
    fault: 'a run knows of requests that the ledger does not have',
    sql:
      'SELECT id FROM runs WHERE last_request > (SELECT coalesce(max(id), 0) FROM requests) OR ' +
      'started_after_request > last_request',
  },
  {
    part: 'ledger',
    fault: 'a run has an impossible state or end',
    sql: "SELECT id FROM runs WHERE state = 'finished' AND finished_at IS NULL OR json_valid(options) = 0",
  },
]

const CHECKPOINTS: readonly Rule[] = [
  {
    part: 'checkpoints',
    fault: 'a pass that can go on is neither at its top nor at a cursor',
    sql:
      "SELECT id FROM checkpoints WHERE pass_state IN ('open', 'capped') AND (cursor IS NULL) <> " +
      '(pages = 0)',
  },
  {
    part: 'checkpoints',
    fault: 'a pass that has ended has a cursor',
    sql:
      "SELECT id FROM checkpoints WHERE pass_state IN ('none', 'completed', 'failed') AND cursor IS " +
      'NOT NULL',
  },
  {
    part: 'checkpoints',
    fault: 'a stream that was never read has a pass, or one that was has none',
    sql: "SELECT id FROM checkpoints WHERE (pass_state = 'none') <> (pass = 0)",
  },
  {
    part: 'checkpoints',
    fault: 'a completed pass is not noted as such',
    sql: `
      SELECT id FROM checkpoints k
      WHERE pass_state = 'completed' AND (completed_at IS NULL OR NOT EXISTS (SELECT 1 FROM completed_passes c WHERE c.stream_id = k.id AND c.pass = k.pass))
        OR completed_pass > passes_begun OR pass > passes_begun OR completed_pass IS NOT NULL AND NOT EXISTS (SELECT 1 FROM completed_passes c WHERE c.stream_id = k.id AND c.pass = k.completed_pass)`,
  },
  {
    part: 'checkpoints',
    fault: 'cursors are kept of a pass that has ended',
    sql: `
      SELECT DISTINCT u.stream_id FROM used_cursors u JOIN checkpoints k ON k.id = u.stream_id
      WHERE NOT (u.pass = k.pass AND k.pass_state IN ('open', 'capped'))
        AND NOT EXISTS (SELECT 1 FROM parked_passes p WHERE p.stream_id = u.stream_id AND p.pass = u.pass)`,
  },
  {
    part: 'checkpoints',
    fault: 'a pass is parked beside one of its own mode',
    sql:
      'SELECT p.stream_id FROM parked_passes p JOIN checkpoints k ON k.id = p.stream_id WHERE ' +
      'p."full" = k."full" OR p.cursor IS NULL OR p.pages = 0',
  },
  {
    part: 'checkpoints',
    fault: 'a member was listed by a pass that has not been',
    sql:
      'SELECT m.item_id FROM checkpoints k JOIN members m ON m.stream_id = k.id WHERE ' +
      'max(m.last_pass, m.last_full_pass, coalesce(m.known_pass, 0)) > k.passes_begun',
  },
  {
    part: 'checkpoints',
    fault: 'a finished run has streams that are open',
    sql:
      "SELECT r.id FROM runs r WHERE r.state = 'finished' AND EXISTS (SELECT 1 FROM frontier f " +
      "WHERE f.run_id = r.id AND f.state IN ('ready', 'claimed', 'delayed'))",
  },
  {
    part: 'checkpoints',
    fault: 'the scope of a run has not been settled',
    sql: 'SELECT id FROM scope WHERE pending <> 0',
  },
]

const TIME = '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  users: ['is_verified'],
  posts: ['is_featured'],
  checkpoints: ['full', 'flawed'],
  parked_passes: ['full'],
  members: ['gone'],
}

/** From the schema, so that a new column is checked as well. */
function valueRules(): Rule[] {
  return [...dictionary].flatMap(([name, { kind, table }]) => {
    if (kind !== 'table' || !isTable(table)) return []
    const columns = Object.entries(getTableColumns(table))
    const times = columns.filter(([column]) => column.endsWith('_at')).map(([column]) => column)
    const numbers = columns.filter(([, { dataType }]) => dataType === 'number').map(([column]) => column)
    const keys = columns
      .filter(([column, { primary }]) => primary && column === 'id')
      .map(([column]) => column)
    return [
      broken(
        name,
        times,
        column => `${column} NOT GLOB '${TIME}'`,
        'is no time in ISO 8601 UTC with milliseconds',
      ),
      broken(name, numbers, column => `typeof(${column}) NOT IN ('integer', 'real')`, 'is no number'),
      broken(name, FLAGS[name] ?? [], column => `${column} NOT IN (0, 1)`, 'is neither 0 nor 1'),
      broken(name, keys, column => `${column} = ''`, 'is empty'),
      badText(name),
    ].flat()
  })
}

function broken(
  table: string,
  columns: readonly string[],
  condition: (column: string) => string,
  fault: string,
): Rule[] {
  if (columns.length === 0) return []
  // A comparison with NULL is NULL, which breaks nothing.
  const found = columns.map(column => `(${column} IS NOT NULL AND ${condition(column)})`)
  const what = columns
    .map((column, index) => `WHEN ${found[index]} THEN '${column}: ' || ${column}`)
    .join(' ')
  return [
    {
      part: 'values',
      fault: `a value of ${table} ${fault}`,
      sql: `SELECT CASE ${what} END FROM ${table} WHERE ${found.join(' OR ')}`,
    },
  ]
}

/** One look for all texts of a row: a call for each would take longer than everything else. */
function badText(table: string): Rule[] {
  const columns = [
    ...(PROSE[table] ?? []),
    ...(table === 'users' ? ['id', 'username'] : table === 'posts' || table === 'comments' ? ['id'] : []),
  ]
  if (columns.length === 0) return []
  const bytes = columns.map(column => `coalesce(${column}, '')`).join(" || '|' || ")
  const rows = table === 'frontier' ? 'run_id' : 'id'
  return [
    {
      part: 'values',
      fault: `a text of ${table} is no valid UTF-8`,
      sql: `SELECT ${rows} FROM ${table} WHERE NOT is_utf8(CAST(${bytes} AS BLOB))`,
    },
  ]
}

const VALUES: readonly Rule[] = [
  {
    part: 'values',
    fault: 'a raw page is no gzip',
    sql: "SELECT id FROM pages WHERE substr(body, 1, 2) <> x'1f8b'",
  },
  {
    part: 'values',
    fault: 'a column of JSON is none',
    sql: `
      SELECT id FROM users WHERE social_links IS NOT NULL AND NOT json_valid(social_links)
      UNION ALL SELECT id FROM checkpoints WHERE NOT json_valid(coalesce(pass_counters, '{}')) OR NOT json_valid(coalesce(read_counters, '{}'))`,
  },
  {
    part: 'values',
    fault: 'a count of fields is impossible',
    sql: `
      SELECT stream || ' ' || path FROM told_fields WHERE told < 0 OR missing < 0 OR (missing = 0) <> (missed_at IS NULL)
      UNION ALL SELECT kind || ' ' || path FROM drift WHERE records < 1 OR first_seen_at > last_seen_at`,
  },
]

/** What earlier versions did with the placeholders of deleted records. */
function nobodyRule(nobody: readonly string[]): Rule {
  const isNobody = (column: string): string =>
    `lower(${column}) IN (${nobody.map(id => `'${id.replaceAll("'", "''")}'`).join(', ')})`
  return {
    part: 'values',
    fault:
      'the placeholder of a deleted record is taken for a user, and has replaced what was known: ' +
      '`sora-crawl replay` mends it',
    sql: `
      SELECT id FROM users WHERE ${isNobody('id')} UNION ALL SELECT id FROM posts WHERE ${isNobody('user_id')} UNION ALL SELECT id FROM comments WHERE ${isNobody('user_id')}`,
  }
}

/** @param nobody ids that stand for authors who are not shown, and are no users */
export const rules = (nobody: readonly string[]): readonly Rule[] => [
  ...RELATIONS,
  ...LEDGER,
  ...CHECKPOINTS,
  ...VALUES,
  ...valueRules(),
  nobodyRule(nobody),
]
