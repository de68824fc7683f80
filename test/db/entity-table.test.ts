import * as fc from 'fast-check'
import { sqliteTable, integer, text } from 'drizzle-orm/sqlite-core'
import { describe, expect } from 'vitest'
import { EntityTable, type Effect } from '../../src/db/entity-table.js'
import { openForWriting } from '../../src/db/open.js'
import { test } from './support/database.js'

const things = sqliteTable('things', {
  id: text().primaryKey(),
  name: text(),
  size: integer(),
  link: text(),
  first_seen_at: text().notNull(),
  last_seen_at: text().notNull(),
})

interface Told {
  readonly id: string
  readonly name?: string | null | undefined
  readonly size?: number | null | undefined
  readonly link?: string | null | undefined
}

/** A value, null, undefined, or nothing at all: the last three say the same. */
const field = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(value, fc.constantFrom(null, undefined))
const told: fc.Arbitrary<Told> = fc.record(
  {
    id: fc.constantFrom('a', 'b', '__proto__', ''),
    name: field(fc.oneof(fc.constantFrom('', 'x', 'y', 'a\0b', '猫'), fc.string())),
    size: field(fc.oneof(fc.constantFrom(0, 1, -1), fc.maxSafeInteger())),
    link: field(fc.constantFrom('l1', 'l2')),
  },
  { requiredKeys: ['id'] },
)

interface Known {
  name: string | null
  size: number | null
  link: string | null
  first: string
  last: string
}

/** The rule in plain words: what is not told stays; the rest is as told last. */
function bring(known: Map<string, Known>, row: Told, at: string): { effect: Effect; changed: string[] } {
  const before = known.get(row.id)
  const now: Known = {
    name: row.name ?? before?.name ?? null,
    size: row.size ?? before?.size ?? null,
    link: row.link ?? before?.link ?? null,
    first: before?.first ?? at,
    last: at,
  }
  known.set(row.id, now)
  const changed = (['name', 'size', 'link'] as const).filter(
    column => now[column] !== (before?.[column] ?? null),
  )
  if (before === undefined) return { effect: 'inserted', changed: ['id', ...changed] }
  return { effect: changed.some(column => column !== 'link') ? 'updated' : 'unchanged', changed }
}

const TOLD = ['name', 'size', 'link'] as const

describe('an entity table', () => {
  test.for([false, true])(
    'keeps what it knows, takes what it is told, and says what happened; often the same: %j',
    (oftenTheSame, { bench }) => {
      const { sqlite, db } = openForWriting(bench.file())
      sqlite.exec(
        'create table things (id text primary key not null, name text, size integer, link text, ' +
          'first_seen_at text not null, last_seen_at text not null)',
      )
      const table = new EntityTable(db, things, { stamped: true, volatile: new Set(['link']), oftenTheSame })
      const all = sqlite.prepare('select * from things order by rowid')
      fc.assert(
        fc.property(fc.array(told, { maxLength: 25 }), rows => {
          sqlite.exec('delete from things')
          const known = new Map<string, Known>()
          for (const [n, row] of rows.entries()) {
            const at = `2026-01-01T00:00:00.${String(n).padStart(3, '0')}Z`
            const expected = bring(known, row, at)
            const { effect, changed, row: now } = table.put(row, at)
            const seen = TOLD.filter(column => changed(column))
            expect({ effect, changed: seen }).toEqual({
              effect: expected.effect,
              changed: TOLD.filter(column => expected.changed.includes(column)),
            })
            const values = { id: now['id'], name: now['name'] ?? null, size: now['size'] ?? null }
            if (seen.length > 0)
              expect(values).toEqual({
                id: row.id,
                name: known.get(row.id)?.name,
                size: known.get(row.id)?.size,
              })
          }
          const wanted = [...known].map(([id, { name, size, link, first, last }]) => ({
            id,
            name,
            size,
            link,
            first_seen_at: first,
            last_seen_at: last,
          }))
          expect(all.all()).toEqual(wanted)
        }),
        { numRuns: 500 },
      )
      sqlite.close()
    },
  )

  test.for([false, true])(
    'does not write a row that did not change, its last sight aside; often the same: %j',
    (oftenTheSame, { bench }) => {
      const { sqlite, db } = openForWriting(bench.file())
      sqlite.exec(`
      create table things (id text primary key not null, name text, size integer, link text, first_seen_at text not null, last_seen_at text not null);
      create table writes (what text);
      create trigger noted after update on things when old.name is not new.name or old.size is not new.size or old.link is not new.link or old.first_seen_at is not new.first_seen_at
        begin insert into writes values ('changed'); end;
      create trigger rewritten after update of name, size, link, first_seen_at on things begin insert into writes values ('rewritten'); end`)
      const table = new EntityTable(db, things, { stamped: true, volatile: new Set(['link']), oftenTheSame })
      const put = (row: Told, at: string): Effect => table.put(row, at).effect
      put({ id: 'a', name: 'x', size: 0 }, '1')
      expect(put({ id: 'a', name: 'x', size: null }, '2')).toBe('unchanged')
      expect(sqlite.prepare('select count(*) from writes').pluck().get()).toBe(0)
      expect(sqlite.prepare('select first_seen_at, last_seen_at from things').get()).toEqual({
        first_seen_at: '1',
        last_seen_at: '2',
      })
      sqlite.close()
    },
  )
})
