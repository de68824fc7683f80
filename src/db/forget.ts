import { createHash } from 'node:crypto'
import { rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../errors.js'
import { failpoint } from '../failpoint.js'
import { copiesOf, type Copies } from './copies.js'
import { CHANGED, GONE, PROSE, REMOVED } from './forget-columns.js'
import { ForgottenHashes } from './forgotten.js'
import { takeWriteLock } from './lock.js'
import { onward } from './onward.js'
import { databaseError, openForReading, openForTrial, openForWriting, type Sqlite } from './open.js'
import { checkOneName, realName } from './place.js'
import type { ForgottenPeople } from './port.js'

/** How people are found in what is stored: this module knows tables, not payloads. */
export interface Redaction {
  /** The text of a raw body, and back. */
  open(body: Buffer): string
  close(text: string): Buffer
  /** Each returns the very same string where nobody is met. */
  body(text: string, forgotten: ForgottenPeople): string
  text(text: string, forgotten: ForgottenPeople): string
  /** undefined: the record is theirs. */
  record(json: string, forgotten: ForgottenPeople): string | undefined
  cursorMentions(cursor: string, forgotten: ForgottenPeople): boolean
}

/** What was done to the rows of each table, and to raw pages. */
export interface ForgetReport {
  readonly removed: Readonly<Record<string, number>>
  readonly changed: Readonly<Record<string, number>>
  /** Unfinished runs that named nobody else, and are given up. */
  readonly runsGivenUp: number
  /** Character accounts of theirs, which stay. */
  readonly characters: readonly string[]
}

/** The people to forget. */
export interface Persons {
  readonly ids: readonly string[]
  /** Handles, as they were written. */
  readonly names: readonly string[]
}

/** Removes people from a database; holds its write lock until closed. */
export class Forgetter {
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #unlock: () => void
  readonly #redaction: Redaction

  /**
   * @param dryRun nothing will be committed: the database may be one that cannot be written
   * @throws AppError `locked`, `bad-database` (also where there is no such file), `newer-database`
   */
  constructor(name: string, redaction: Redaction, dryRun = false) {
    const file = realName(name)
    if (!dryRun) checkOneName(file)
    // A mistyped name must not become a new, empty database.
    openForReading(file).sqlite.close()
    const hold = (): (() => void) => takeWriteLock(file)
    const trial = dryRun ? openForTrial(file, hold) : { file, release: hold() }
    this.#file = file
    this.#redaction = redaction
    this.#unlock = trial.release
    try {
      this.#sqlite = openForWriting(trial.file).sqlite
      this.#sqlite.pragma('secure_delete = ON')
      this.#sqlite.pragma('temp_store = MEMORY')
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  /**
   * The people of these ids and handles. @throws AppError `unknown-person` for a handle that nobody, or more
   * than one person, has had here
   */
  find(ids: readonly string[], handles: readonly string[]): Persons {
    const hashes = new ForgottenHashes(this.#sqlite)
    const resolved = handles.flatMap(handle => {
      const owners = this.#ownersOf(handle)
      if (owners.length > 1)
        throw new AppError(
          'unknown-person',
          `${owners.length} people have had the handle @${handle}: name one of ${owners.join(', ')}`,
        )
      if (owners.length === 0 && !hashes.isName(handle, true))
        throw new AppError(
          'unknown-person',
          `nobody in this database has had the handle @${handle}; name the user-… id`,
        )
      return owners
    })
    const all = [...new Set([...ids, ...resolved])]
    return { ids: all, names: this.#namesOf(all) }
  }

  /** Which of the people were forgotten before. */
  alreadyForgotten({ ids }: Persons): readonly string[] {
    const hashes = new ForgottenHashes(this.#sqlite)
    return ids.filter(id => hashes.isId(id))
  }

  /**
   * Removes the people, in one transaction. The bytes are still in the file's log and free space afterwards:
   * see {@link wipe}.
   * @param dryRun everything is done, counted, and undone
   * @param onPage called for each raw page looked through
   */
  forget(persons: Persons, dryRun: boolean, onPage: (done: number, all: number) => void): ForgetReport {
    return this.#guard(() => {
      this.#sqlite.exec('BEGIN IMMEDIATE')
      try {
        const report = new Removal(this.#sqlite, this.#redaction, persons).run(onPage)
        this.#sqlite.exec(dryRun ? 'ROLLBACK' : 'COMMIT')
        return report
      } finally {
        if (this.#sqlite.inTransaction) this.#sqlite.exec('ROLLBACK')
      }
    })
  }

  /**
   * The copies beside the file that {@link wipe} deletes: they are of an earlier schema and cannot be
   * searched.
   */
  copies(): Copies {
    return copiesOf(this.#file)
  }

  /**
   * Takes the bytes out of the file and its log, and deletes copies. Killed half-way, the next call does it
   * again.
   * @param copies those that {@link copies} told of as this program's own
   * @throws AppError `disk-full`, `being-read`; `copy-stays` once everything else is done
   */
  wipe(copies: readonly string[]): void {
    failpoint('before-wipe')
    const stays = copies.flatMap(deleted)
    this.#guard(() => {
      // The copy that is rewritten goes to disk, not into memory.
      this.#sqlite.pragma('temp_store = DEFAULT')
      this.#sqlite.exec('VACUUM')
      failpoint('mid-wipe')
      this.#emptyLog()
      if (stays.length > 0) return
      this.#sqlite.exec("DELETE FROM meta WHERE key = 'wipe_pending'")
      this.#emptyLog()
    })
    if (stays.length > 0) throw new AppError('copy-stays', stays.join(', '))
  }

  /** @throws AppError `disk-full` where rewriting the file would not fit */
  checkRoom(): void {
    const { bavail, bsize } = statfsSync(dirname(this.#file))
    const needed = 2 * this.fileBytes()
    if (bavail * bsize < needed)
      throw new AppError(
        'disk-full',
        `${this.#file} has to be rewritten without them, for which up to ` +
          `${Math.ceil(needed / 1e6)} MB of free space are needed; nobody was forgotten`,
      )
  }

  /** Bytes on disk, of the file and of its log. */
  fileBytes(): number {
    return [this.#file, `${this.#file}-wal`].reduce(
      (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  }

  close(): void {
    this.#sqlite.close()
    this.#unlock()
  }

  #emptyLog(): void {
    const [state] = this.#sqlite.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    if (state?.busy !== 0) throw new AppError('being-read', this.#file)
  }

  #ownersOf(handle: string): string[] {
    for (const same of ['=', 'COLLATE NOCASE =']) {
      const ask = (table: string, id: string): string[] =>
        this.#sqlite
          .prepare<object, string>(`SELECT DISTINCT ${id} FROM ${table} WHERE username ${same} :handle`)
          .pluck()
          .all({ handle })
      // Who has the handle now, before those who had it once.
      const found = [ask('users', 'id'), ask('handles', 'user_id'), ask('usernames', 'user_id')].find(
        ids => ids.length > 0,
      )
      if (found !== undefined) return found
    }
    return []
  }

  /**
   * Every handle under which they were seen or asked for, but for those that somebody else has had as well.
   */
  #namesOf(ids: readonly string[]): string[] {
    return this.#sqlite
      .prepare<object, string>(
        `
        WITH people AS (SELECT value AS id FROM json_each(:ids)),
          had AS (SELECT id AS user_id, username FROM users UNION SELECT user_id, username FROM usernames)
        SELECT username FROM (
          SELECT username FROM had WHERE user_id IN people UNION SELECT username FROM handles WHERE user_id IN people)
        WHERE username <> '' AND lower(username) NOT IN (SELECT lower(username) FROM had WHERE username IS NOT NULL AND user_id NOT IN people)`,
      )
      .pluck()
      .all({ ids: JSON.stringify(ids) })
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }
}

/** Deletes a copy. @returns why it is still there, if it is */
function deleted(copy: string): string[] {
  try {
    // Never through a link, and never a folder.
    rmSync(copy, { force: true })
    return []
  } catch (error) {
    return [messageOf(error)]
  }
}

/**
 * The ids and handles in hand, in plain, beside whoever was forgotten before; it grows by what is found on
 * raw pages alone.
 */
class PlainForgotten implements ForgottenPeople {
  readonly ids = new Set<string>()
  readonly names = new Set<string>()
  readonly #mentions = new Set<string>()

  constructor(private readonly before: ForgottenPeople) {}

  /** How much is known: a page that was looked through before may hold what was learnt since. */
  get size(): number {
    return this.ids.size + this.names.size
  }

  isId(text: string): boolean {
    return this.ids.has(text) || this.before.isId(text)
  }

  isName(word: string, inAnyCase: boolean): boolean {
    return (
      (inAnyCase ? this.#mentions.has(word.toLowerCase()) : this.names.has(word)) ||
      this.before.isName(word, inAnyCase)
    )
  }

  remember(kind: 'item' | 'name', text: string): void {
    if (kind === 'item') this.ids.add(text)
    if (kind === 'name') this.names.add(text)
    if (kind === 'name') this.#mentions.add(text.toLowerCase())
  }
}

const NOTE_DROPPED = `
  INSERT INTO meta (key, value) SELECT 'pruned_until', max(received_at) FROM pages WHERE stream_id IN (SELECT id FROM gone_streams) HAVING count(*) > 0
  ON CONFLICT DO UPDATE SET value = max(value, excluded.value)`

/** One removal: all of it inside the transaction that is open. */
class Removal {
  readonly #sqlite: Sqlite
  readonly #redaction: Redaction
  readonly #persons: Persons
  readonly #known: PlainForgotten
  readonly #removed: Record<string, number> = {}
  readonly #changed: Record<string, number> = {}

  constructor(sqlite: Sqlite, redaction: Redaction, persons: Persons) {
    this.#sqlite = sqlite
    this.#redaction = redaction
    this.#persons = persons
    this.#known = new PlainForgotten(new ForgottenHashes(sqlite))
  }

  run(onPage: (done: number, all: number) => void): ForgetReport {
    this.#defineFunctions()
    this.#gather()
    const characters = this.#sqlite
      .prepare<[], string>(
        "SELECT id FROM users WHERE owner_user_id IN (SELECT id FROM gone WHERE kind = 'user') " +
          'AND id NOT IN (SELECT id FROM gone)',
      )
      .pluck()
      .all()
    const runsGivenUp = this.#renameRuns()
    // What these answers told of others stays where it is, as with pages that were pruned.
    this.#sqlite.exec(NOTE_DROPPED)
    for (const [table, ...conditions] of REMOVED)
      for (const condition of conditions)
        this.#count(this.#removed, table, `DELETE FROM ${table} WHERE ${condition}`)
    for (const [table, change, condition] of CHANGED)
      this.#count(this.#changed, table, `UPDATE ${table} SET ${change} WHERE ${condition}`)
    this.#redactPages(onPage)
    for (const [table, columns] of Object.entries(PROSE)) this.#redactProse(table, columns)
    this.#remember()
    return { removed: this.#removed, changed: this.#changed, runsGivenUp, characters }
  }

  #defineFunctions(): void {
    const { text, record, cursorMentions } = this.#redaction
    this.#sqlite.function('redacted', value => (typeof value === 'string' ? text(value, this.#known) : value))
    this.#sqlite.function('mentions_of', json => record(String(json), this.#known) ?? null)
    this.#sqlite.function('cursor_mentions', cursor =>
      typeof cursor === 'string' && cursorMentions(cursor, this.#known) ? 1 : 0,
    )
  }

  /** Who and what goes. */
  #gather(): void {
    this.#sqlite.exec(`
      DROP TABLE IF EXISTS temp.gone; DROP TABLE IF EXISTS temp.gone_names; DROP TABLE IF EXISTS temp.gone_streams;
      CREATE TEMP TABLE gone (kind TEXT, id TEXT, PRIMARY KEY (id, kind)) WITHOUT ROWID;
      CREATE TEMP TABLE gone_names (name TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TEMP TABLE gone_streams (id INTEGER PRIMARY KEY);`)
    const person = this.#sqlite.prepare("INSERT OR IGNORE INTO gone VALUES ('user', ?)")
    const name = this.#sqlite.prepare('INSERT OR IGNORE INTO gone_names VALUES (lower(?))')
    for (const id of this.#persons.ids) person.run(id)
    for (const one of this.#persons.names) {
      name.run(one)
      this.#known.remember('name', one)
    }
    this.#sqlite.exec(GONE)
    for (const id of this.#sqlite.prepare<[], string>('SELECT id FROM gone').pluck().iterate())
      this.#known.remember('item', id)
  }

  /**
   * Runs lose the seeds that name them, and are those of the same command without these; a run without any
   * other is given up.
   */
  #renameRuns(): number {
    const isTheirs = (seed: string): boolean => this.#isSeed(seed)
    const rename = this.#sqlite.prepare('UPDATE runs SET options = :options, key = :key WHERE id = :id')
    const giveUp = this.#sqlite.prepare(
      "UPDATE runs SET state = 'abandoned' WHERE id = :id AND state = 'unfinished'",
    )
    const blank = this.#sqlite.prepare(
      "UPDATE run_seeds SET text = '[forgotten]' WHERE run_id = :run_id AND seed = :seed",
    )
    let given = 0
    for (const { id, options } of this.#sqlite
      .prepare<[], { id: number; options: string }>('SELECT id, options FROM runs')
      .all()) {
      const left = withoutSeeds(options, isTheirs)
      if (left === undefined) continue
      this.#add(
        this.#changed,
        'runs',
        rename.run({
          id,
          options: left.options,
          key: createHash('sha256').update(left.options).digest('hex'),
        }).changes,
      )
      this.#moveOptionSets(id, left.optionSets)
      if (left.isEmpty) given += giveUp.run({ id }).changes
    }
    const seeds = this.#sqlite
      .prepare<[], { run_id: number; seed: number; text: string }>('SELECT run_id, seed, text FROM run_seeds')
      .all()
    for (const { text, ...key } of seeds)
      if (isTheirs(text)) this.#add(this.#changed, 'run_seeds', blank.run(key).changes)
    return given
  }

  /** Options are numbered by their first seed: without it, others move up. */
  #moveOptionSets(run: number, optionSets: readonly (number | undefined)[]): void {
    const drop = this.#sqlite.prepare('DELETE FROM scope WHERE run_id = :run AND option_set = :before')
    const move = this.#sqlite.prepare(
      'UPDATE scope SET option_set = :now WHERE run_id = :run AND option_set = :before',
    )
    for (const [before, now] of optionSets.entries()) {
      if (now === undefined) this.#add(this.#removed, 'scope', drop.run({ run, before }).changes)
      else if (now !== before) move.run({ run, before, now })
    }
  }

  #isSeed(text: string): boolean {
    const word = /^(?:@|search:)(.*)$/s.exec(text)?.[1]
    return word === undefined ? this.#known.isId(text) : this.#known.isName(word, true)
  }

  /**
   * Page by page, so that memory stays flat; once more where the pages told of ids that the tables do not
   * have.
   */
  #redactPages(onPage: (done: number, all: number) => void): void {
    const all = this.#sqlite.prepare<[], number>('SELECT count(*) FROM pages').pluck().get() ?? 0
    const next = this.#sqlite.prepare<[number], { id: number; body: Buffer }>(
      'SELECT id, body FROM pages WHERE id > ? ORDER BY id LIMIT 1',
    )
    const rewrite = this.#sqlite.prepare('UPDATE pages SET body = :body WHERE id = :id')
    const drop = this.#sqlite.prepare('DELETE FROM pages WHERE id = :id')
    let known: number
    do {
      known = this.#known.size
      let [done, after] = [0, 0]
      for (let page = next.get(after); page !== undefined; page = next.get(after)) {
        after = onward(page.id, after, 'pages')
        failpoint('mid-forget')
        onPage((done += 1), all)
        const left = this.#redactPage(page.body)
        if (left === undefined) continue
        if (left === null) this.#add(this.#removed, 'pages', drop.run({ id: page.id }).changes)
        else this.#add(this.#changed, 'pages', rewrite.run({ id: page.id, body: left }).changes)
      }
    } while (this.#known.size > known)
  }

  /** @returns undefined where nobody was met; null for a page that cannot be rewritten */
  #redactPage(body: Buffer): Buffer | null | undefined {
    const text = this.#readable(body)
    if (text === null) return null
    const left = this.#redaction.body(text, this.#known)
    if (this.#persons.ids.some(id => left.includes(id))) return null
    return left === text ? undefined : this.#redaction.close(left)
  }

  #readable(body: Buffer): string | null {
    try {
      return this.#redaction.open(body)
    } catch {
      return null
    }
  }

  #redactProse(table: string, columns: readonly string[]): void {
    for (const column of columns) {
      this.#count(
        this.#changed,
        table,
        `UPDATE ${table} SET ${column} = redacted(${column}) WHERE ${column} IS NOT NULL AND ` +
          `redacted(${column}) <> ${column}`,
      )
    }
  }

  #remember(): void {
    const hashes = new ForgottenHashes(this.#sqlite)
    for (const id of this.#persons.ids) hashes.remember('user', id)
    for (const id of this.#known.ids) hashes.remember('item', id)
    for (const name of this.#known.names) hashes.remember('name', name)
    hashes.save()
    this.#sqlite.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('wipe_pending', '1')")
  }

  #count(counts: Record<string, number>, table: string, sql: string): void {
    this.#add(counts, table, this.#sqlite.prepare(sql).run().changes)
  }

  #add(counts: Record<string, number>, table: string, changes: number): void {
    if (changes > 0) counts[table] = (counts[table] ?? 0) + changes
  }
}

/** The options of a run without some of its seeds; undefined where none of them is there. */
function withoutSeeds(
  options: string,
  isTheirs: (seed: string) => boolean,
): { options: string; optionSets: (number | undefined)[]; isEmpty: boolean } | undefined {
  const parsed = JSON.parse(options) as { seeds?: { seed: string }[] }
  const seeds = parsed.seeds ?? []
  const left = seeds.filter(({ seed }) => !isTheirs(seed))
  if (left.length === seeds.length) return undefined
  const after = optionSetsOf(left)
  const optionSets = optionSetsOf(seeds).map(set => (after.includes(set) ? after.indexOf(set) : undefined))
  return { options: JSON.stringify({ ...parsed, seeds: left }), optionSets, isEmpty: left.length === 0 }
}

function optionSetsOf(seeds: readonly { seed: string }[]): string[] {
  return [...new Set(seeds.map(seed => JSON.stringify({ ...seed, seed: undefined })))]
}
