import type { Sqlite } from './open.js'

/*
 * Earlier versions took the placeholders that stand for authors who are not shown for users. The ids are the
 * platform's: callers name them.
 */

const NOBODY = '(SELECT value FROM json_each(:nobody))'

/**
 * Keeps placeholders out of runs: what listings list, and what is still to be read. Call inside a
 * transaction.
 */
export function keepNobodyOut(sqlite: Sqlite, nobody: readonly string[]): void {
  // Whoever was met has a row, and a replay, which takes the rows out, leaves no run with them.
  const ids = sqlite
    .prepare<object, string>(`SELECT id FROM main.users WHERE id IN ${NOBODY}`)
    .pluck()
    .all({ nobody: JSON.stringify(nobody) })
  if (ids.length > 0) run(sqlite, UNSCOPED, ids)
}

/** Takes placeholders out of all tables of data. Call inside a transaction. */
export function takeNobodyOut(sqlite: Sqlite, nobody: readonly string[]): void {
  run(sqlite, [...UNSCOPED, ...UNTOLD], nobody)
}

const UNSCOPED = [
  `DELETE FROM main.frontier WHERE state IN ('ready', 'claimed', 'delayed')
    AND stream_id IN (SELECT id FROM main.checkpoints WHERE subject_kind = 'user' AND subject_id IN ${NOBODY})`,
  `DELETE FROM main.scope WHERE kind = 'user' AND id IN ${NOBODY}`,
  `DELETE FROM main.members WHERE kind = 'user' AND item_id IN ${NOBODY}`,
]

const UNTOLD = [
  // Where the pages that told better were pruned, what the placeholder said in words goes; nobody can say
  // which counters were its own.
  `UPDATE main.posts SET user_id = NULL, text = NULL, permalink = NULL WHERE user_id IN ${NOBODY}`,
  `UPDATE main.comments SET user_id = NULL, text = NULL WHERE user_id IN ${NOBODY}`,
  `UPDATE main.users SET owner_user_id = NULL WHERE owner_user_id IN ${NOBODY}`,
  ...['edges', 'full_sightings'].map(
    table =>
      `DELETE FROM main.${table} WHERE kind IN ('follow', 'cameo') AND source_id IN ${NOBODY} OR ` +
      `kind = 'follow' AND target_id IN ${NOBODY}`,
  ),
  `DELETE FROM main.rankings WHERE list = 'leaderboard' AND item_id IN ${NOBODY}`,
  ...['usernames', 'user_metrics', 'handles', 'told_zero'].map(
    table => `DELETE FROM main.${table} WHERE user_id IN ${NOBODY}`,
  ),
  `DELETE FROM main.users WHERE id IN ${NOBODY}`,
]

function run(sqlite: Sqlite, statements: readonly string[], nobody: readonly string[]): void {
  for (const statement of statements) sqlite.prepare(statement).run({ nobody: JSON.stringify(nobody) })
}
