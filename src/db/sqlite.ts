import type Database from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

/** A connection, and Drizzle's view of it. */
export type Sqlite = Database.Database
export type Drizzle = BetterSQLite3Database<Record<string, never>> & { $client: Sqlite }
