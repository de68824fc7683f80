import type Database from 'better-sqlite3'

/**
 * What SQLite's planner should take these tables for, in the form of `sqlite_stat1`: rows in all, then rows
 * for each value of the first column of the key or index, of the first two, and so on. Without it, it takes
 * ten rows for each value of a first column, and would read through all edges of a kind, or a whole frontier,
 * instead of searching an index. Only proportions matter; they are a large study's, since small ones are fast
 * either way.
 */
const SHAPES: readonly (readonly [table: string, index: string, shape: string])[] = [
  ['edges', 'edges', '10000000 3000000 40 1'],
  ['edges', 'edges_by_target', '10000000 60 50'],
  ['full_sightings', 'full_sightings', '10000000 3000000 40 1'],
  ['members', 'members', '10000000 50 40 1'],
  ['scope', 'scope', '1000000 500000 400000 100000 1'],
  ['scope', 'scope_pending', '100 100 50 20'],
  ['frontier', 'frontier', '2000000 1000000 1'],
  ['frontier', 'frontier_next', '2000000 1000000 200000 200000 100000 1000 1'],
  ['told_zero', 'told_zero', '100000 50000 2 1'],
]

/** Tells the planner of a new database how its tables will be. @see SHAPES */
export function describeShapes(sqlite: Database.Database): void {
  const known = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").get()
  if (known !== undefined) return
  sqlite.transaction(() => {
    // Makes the table of statistics, which only ANALYZE can.
    sqlite.exec('ANALYZE meta')
    const describe = sqlite.prepare('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)')
    for (const shape of SHAPES) describe.run(shape)
  })()
  sqlite.exec('ANALYZE sqlite_schema')
}
