import type { Sqlite } from './open.js'
import type { FieldCount, FieldsTold } from './schema/index.js'
import type { ToldPage } from './told-page.js'

/** New fields that are named; hostile answers must not grow the table without end. */
const MOST_ADDED = 100
/** Stands for the others. */
export const OTHER_FIELDS = '(other fields)'
/**
 * A page is one that carries a field if so many of its records do: some counters may be absent now and then.
 */
const NEARLY_ALL = 0.9

interface FieldState {
  readonly told: number
  readonly missing: number
  readonly since: string | null
}

const UNTOLD: FieldState = { told: 0, missing: 0, since: null }

/**
 * Counts where the API is no longer what it was. While nothing changes this writes nothing: of a field that
 * comes as ever, no more is kept than that it does. Call inside a transaction.
 */
export class DriftNotes {
  readonly #s: ReturnType<typeof prepare>
  /** What the table `told_fields` holds, by stream, as far as it was asked for. */
  readonly #known = new Map<string, Map<string, FieldState>>()

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  note({ rows, stream, pass, at }: ToldPage): void {
    for (const { path, expected, got } of rows.drift)
      this.#s.note.run({ kind: 'type', path, expected, got, records: 1, at })
    if (rows.fields.added.size > 0 || rows.fields.otherAdded > 0) this.#noteAdded(rows.fields, at)
    // Answers from elsewhere are of any age and any make: what they lack says nothing about the API of today.
    if (pass > 0) for (const field of rows.fields.listed) this.#follow(stream, field, at)
  }

  /** What was noted last may have been rolled back. */
  undone(): void {
    this.#known.clear()
  }

  #noteAdded({ added, otherAdded }: FieldsTold, at: string): void {
    let others = otherAdded
    for (const [path, records] of added) {
      const isNamed = this.#s.isNamed.get({ path }) !== undefined || (this.#s.named.get() ?? 0) < MOST_ADDED
      if (isNamed) this.#noteOne('added', path, records, at)
      else others += records
    }
    if (others > 0) this.#noteOne('added', OTHER_FIELDS, others, at)
  }

  #noteOne(kind: 'added' | 'dropped', path: string, records: number, at: string): void {
    const [expected, got] = kind === 'added' ? ['nothing', 'a field'] : ['a field', 'nothing']
    this.#s.note.run({ kind, path, expected, got, records, at })
  }

  /**
   * Sees whether a field still comes; one that was expected and has been missing for long enough is noted.
   */
  #follow(stream: string, field: FieldCount, at: string): void {
    const known = this.#fieldsOf(stream)
    const before = known.get(field.path) ?? UNTOLD
    const after = followed(before, field, at)
    if (after === before) return
    known.set(field.path, after)
    this.#s.follow.run({ stream, path: field.path, ...after })
    if (after.missing < field.enough || after.since === null) return
    const isNews = before.missing < field.enough
    this.#noteOne('dropped', field.path, isNews ? after.missing : field.records, isNews ? after.since : at)
    if (isNews) this.#s.lastSeen.run({ path: field.path, at })
  }

  #fieldsOf(stream: string): Map<string, FieldState> {
    let fields = this.#known.get(stream)
    if (fields === undefined) {
      fields = new Map(this.#s.fieldsOf.all({ stream }).map(({ path, ...state }) => [path, state]))
      this.#known.set(stream, fields)
    }
    return fields
  }
}

/** How a field stands after a page; the same object where nothing has changed. */
function followed(before: FieldState, { records, carried, enough }: FieldCount, at: string): FieldState {
  if (carried === 0) {
    if (before.told >= enough)
      return { ...before, missing: before.missing + records, since: before.since ?? at }
    return before.told === 0 ? before : UNTOLD
  }
  const told = carried < NEARLY_ALL * records ? before.told : Math.min(before.told + carried, enough)
  return told === before.told && before.missing === 0 ? before : { told, missing: 0, since: null }
}

function prepare(sqlite: Sqlite) {
  return {
    note: sqlite.prepare(`
      INSERT INTO drift (kind, path, got, expected, records, first_seen_at, last_seen_at) VALUES (:kind, :path, :got, :expected, :records, :at, :at)
      ON CONFLICT DO UPDATE SET records = records + excluded.records, expected = excluded.expected,
        first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)`),
    isNamed: sqlite.prepare<object, 1>("SELECT 1 FROM drift WHERE kind = 'added' AND path = :path").pluck(),
    named: sqlite
      .prepare<[], number>(`SELECT count(*) FROM drift WHERE kind = 'added' AND path <> '${OTHER_FIELDS}'`)
      .pluck(),
    lastSeen: sqlite.prepare(
      "UPDATE drift SET last_seen_at = max(last_seen_at, :at) WHERE kind = 'dropped' AND path = :path",
    ),
    fieldsOf: sqlite.prepare<object, FieldState & { path: string }>(
      'SELECT path, told, missing, missed_at AS since FROM told_fields WHERE stream = :stream',
    ),
    follow: sqlite.prepare(
      'INSERT OR REPLACE INTO told_fields (stream, path, told, missing, missed_at) VALUES ' +
        '(:stream, :path, :told, :missing, :since)',
    ),
  }
}
