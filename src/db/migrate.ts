import { closeSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { now } from '../clock.js'
import { failpoint } from '../failpoint.js'
import { HOME } from '../home.js'
import { unfinishedCopies } from './copies.js'
import type { Sqlite } from './sqlite.js'

/** The migrations of this version. */
export const MIGRATIONS = join(HOME, 'migrations')

/**
 * When the newest migration of a folder was made, as milliseconds: what a database of that version has noted.
 */
export function newestMigration(folder: string): number {
  const journal = JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[]
  }
  return Math.max(...journal.entries.map(entry => entry.when))
}

/** When the newest migration that a database has was made; undefined for one that has none. */
export function appliedMigration(sqlite: Sqlite): number | undefined {
  const known = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (known === undefined) return undefined
  return (
    (sqlite.prepare('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() as number | null) ??
    undefined
  )
}

/**
 * Brings the tables up to a version, in one transaction. A database that has tables already is copied first,
 * to `<file>.backup-<time>`.
 * @param file its name; null for a database that is itself a copy
 * @throws whatever SQLite says; the database is as it was then
 */
export function bringUp(sqlite: Sqlite, file: string | null, folder: string): void {
  const applied = appliedMigration(sqlite)
  if (applied !== undefined && applied >= newestMigration(folder)) return
  if (applied !== undefined && file !== null) copyBeside(sqlite, file)
  sqlite.transaction(() => migrate(sqlite, folder, applied ?? -Infinity)).immediate()
}

/**
 * As Drizzle's own migrator does, which loses the reason where SQLite has ended the transaction itself: on a
 * full disk.
 */
function migrate(sqlite: Sqlite, folder: string, applied: number): void {
  sqlite.exec(
    'CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, ' +
      'created_at numeric)',
  )
  const note = sqlite.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)')
  for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder: folder })) {
    if (folderMillis <= applied) continue
    for (const statement of sql) {
      failpoint('mid-migration')
      sqlite.exec(statement)
    }
    failpoint('mid-migration')
    note.run(hash, folderMillis)
  }
}

/** A whole copy or none: it gets its name when it is on disk. */
function copyBeside(sqlite: Sqlite, file: string): void {
  // What a process left that died at this; the write lock says that nobody is at it now.
  for (const left of unfinishedCopies(file)) rmSync(left)
  const copy = `${file}.backup-${now().replaceAll(':', '-')}`
  const unfinished = `${copy}.part`
  for (const place of [copy, unfinished])
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) throw new Error(`${place} is in the way`)
  try {
    sqlite.prepare('VACUUM INTO ?').run(unfinished)
    const handle = openSync(unfinished, 'r+')
    fsyncSync(handle)
    closeSync(handle)
    renameSync(unfinished, copy)
  } finally {
    rmSync(unfinished, { force: true })
  }
}
