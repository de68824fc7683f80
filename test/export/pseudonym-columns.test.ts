import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openForWriting, type Sqlite } from '../../src/db/open.js'
import { privacy } from '../../src/db/schema/index.js'

describe('what a column can tell of a person', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'sora-crawl-privacy-'))
  let sqlite: Sqlite
  let found: { place: string; type: string }[]

  beforeAll(() => {
    sqlite = openForWriting(path.join(dir, 'sora.db')).sqlite
    found = sqlite
      .prepare<[], { place: string; type: string }>(
        "SELECT m.name || '.' || c.name AS place, c.type FROM sqlite_master m, " +
          "pragma_table_info(m.name) c WHERE m.type IN ('table', 'view') AND m.name NOT LIKE " +
          "'sqlite_%' AND m.name <> '__drizzle_migrations'",
      )
      .all()
  })
  afterAll(() => {
    sqlite.close()
    rmSync(dir, { recursive: true })
  })

  const classified = [...privacy].flatMap(([table, columns]) =>
    Object.entries(columns).map(([column, kind]) => ({ place: `${table}.${column}`, kind })),
  )
  const placesOf = (...kinds: string[]): string[] =>
    classified.filter(({ kind }) => kinds.includes(kind)).map(({ place }) => place)

  it('is said of every column of every table and view, and of no other', () => {
    expect(classified.map(({ place }) => place).toSorted()).toEqual(
      found.map(({ place }) => place).toSorted(),
    )
  })

  it('is nothing for those alone that are known to hold times, counters and words of this program', () => {
    const words = placesOf('keep').filter(
      place =>
        found.some(one => one.place === place && one.type === 'TEXT') &&
        !/_at$|^meta\.|\.(state|kind|stream|route|stream_kind|subject_kind|list|unavailable|status|pass_state|outcome)$|_counters$/.test(
          place,
        ),
    )
    expect(words.toSorted()).toEqual(
      [
        'drift.expected',
        'drift.got',
        'estimates.stream',
        'rejects.program_version',
        'runs.stopped_by',
        'told_fields.path',
        'told_zero.counter',
      ].filter(place => found.some(one => one.place === place) && words.includes(place)),
    )
  })

  it('is never kept of what has the name of something that names people', () => {
    const telling =
      /(^|_)(id|username|name|handle|bio|url|permalink|links|text|raw|body|cursor|options|key|hash|salt)$/
    const kept = placesOf('keep').filter(
      place =>
        telling.test(place.split('.')[1] ?? '') &&
        found.some(one => one.place === place && one.type !== 'INTEGER' && one.type !== ''),
    )
    expect(kept).toEqual(['meta.key'])
  })
})
