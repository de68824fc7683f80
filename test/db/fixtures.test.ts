import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { checkDatabase } from '../../src/db/index.js'
import { appliedMigration, MIGRATIONS, newestMigration } from '../../src/db/migrate.js'
import { openForReading, openForWriting } from '../../src/db/open.js'
import { FIXTURES, rowsIn } from '../fixtures/databases.js'
import { test } from './support/database.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const versions = existsSync(FIXTURES)
  ? readdirSync(FIXTURES).flatMap(name => /^(.*)\.db\.gz$/.exec(name)?.[1] ?? [])
  : []

/** The newest migration that a file has. */
function versionIn(file: string): number {
  const sqlite = new Database(file, { readonly: true })
  try {
    return appliedMigration(sqlite) ?? 0
  } finally {
    sqlite.close()
  }
}

describe('the databases of released versions', () => {
  test('are there, and that of this version has its schema (if not: `npm run fixture`)', ({ bench }) => {
    expect(versions).toContain(version)
    writeFileSync(bench.file(), gunzipSync(readFileSync(join(FIXTURES, `${version}.db.gz`))))
    expect(versionIn(bench.file())).toBe(newestMigration(MIGRATIONS))
  })

  test.for(versions)(
    '%s opens, is brought up with all that it holds, after a copy, and is sound',
    (name, { bench }) => {
      writeFileSync(bench.file(), gunzipSync(readFileSync(join(FIXTURES, `${name}.db.gz`))))
      const isOld = versionIn(bench.file()) < newestMigration(MIGRATIONS)
      const reader = openForReading(bench.file()).sqlite
      const read = rowsIn(reader)
      reader.close()
      const { sqlite } = openForWriting(bench.file())
      const rows = rowsIn(sqlite)
      sqlite.close()
      expect(read).toEqual(rows)
      const expected = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as Record<
        string,
        Record<string, unknown>[]
      >
      for (const [table, held] of Object.entries(expected)) {
        expect([table, rows[table]?.length]).toEqual([table, held.length])
        expect(rows[table]).toMatchObject(held)
      }
      expect(readdirSync(bench.dir).filter(one => one.includes('.backup-'))).toHaveLength(isOld ? 1 : 0)
      expect(checkDatabase(bench.file(), () => undefined, ['anonymous'])).toEqual([])
    },
  )
})
