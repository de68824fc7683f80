import { isUtf8 } from 'node:buffer'
import { rules } from './check-rules.js'
import { databaseError, openForReading, pristineSchema, type Sqlite } from './open.js'
import { messageOf } from '../errors.js'

/** One thing that is wrong with a database. */
export interface Fault {
  readonly part: 'file' | 'schema' | 'relations' | 'ledger' | 'checkpoints' | 'values'
  readonly fault: string
  /** How many rows are concerned. */
  readonly count: number
  /** Some of them. */
  readonly examples: readonly string[]
}

const EXAMPLES = 3

/** What is looked for, before it is. */
export type CheckStep = Pick<Fault, 'part' | 'fault'>

/** What a step has found. */
export interface CheckFinding {
  readonly faults: readonly Fault[]
  /**
   * The file itself is broken: what its tables would tell cannot be trusted, and asking them may never end.
   */
  readonly isBroken: boolean
}

/**
 * Looks through a database for whatever must not be; changes nothing, and can run while a crawl writes: it
 * sees one moment.
 * @param onStep called before each step
 * @param nobody ids that stand for authors who are not shown, and are no users
 * @returns what is wrong; nothing, if it is sound
 * @throws AppError `bad-database` or `newer-database` where it cannot be opened at all
 */
export function checkDatabase(
  file: string,
  onStep: (done: number, all: number) => void,
  nobody: readonly string[],
): Fault[] {
  const faults: Fault[] = []
  const check = new Check(file, nobody)
  try {
    for (const [index] of check.steps.entries()) {
      onStep(index, check.steps.length)
      const found = check.look(index)
      faults.push(...found.faults)
      if (found.isBroken) break
    }
    return faults
  } finally {
    check.close()
  }
}

/** A database that is looked through step by step, from one moment of it. */
export class Check {
  readonly steps: readonly CheckStep[]
  readonly #file: string
  readonly #sqlite: Sqlite
  readonly #looks: readonly (() => Fault[])[]

  /** @throws AppError `bad-database` or `newer-database` where it cannot be opened at all */
  constructor(file: string, nobody: readonly string[]) {
    this.#file = file
    this.#sqlite = openForReading(file).sqlite
    const sqlite = this.#sqlite
    const all = rules(nobody)
    this.steps = [
      { part: 'file', fault: DAMAGED },
      { part: 'schema', fault: 'a table, index or view is missing or was changed' },
      { part: 'file', fault: INTERRUPTED },
      ...all,
    ]
    this.#looks = [
      () => integrity(sqlite),
      () => schema(sqlite),
      () => interrupted(sqlite),
      ...all.map(rule => () => broken(sqlite, rule)),
    ]
    this.#guard(() => {
      // What has to be sorted goes to a temporary file where it does not fit.
      sqlite.pragma('temp_store = FILE')
      sqlite.function('is_utf8', bytes => (Buffer.isBuffer(bytes) && isUtf8(bytes) ? 1 : 0))
      sqlite.exec('BEGIN')
    })
  }

  /** Takes one of the steps; it may take long, and in a damaged file for ever. */
  look(index: number): CheckFinding {
    const look = this.#looks[index]
    const faults = look === undefined ? [] : this.#guard(() => readable(look))
    return {
      faults,
      isBroken: index === 0 && faults.some(({ examples }) => examples.some(line => !VALUE.test(line))),
    }
  }

  close(): void {
    this.#sqlite.close()
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw databaseError(error, this.#file)
    }
  }
}

const DAMAGED = 'the file is damaged'
const INTERRUPTED = 'a `forget` was interrupted before the file was rewritten: the same command finishes it'
/**
 * What SQLite says of values that are not as the tables ask for; everything else that it says is of the file.
 */
const VALUE = /^(?:[A-Z]+ value in|CHECK constraint failed in|non-[A-Z]+ value in) /

/** A page that SQLite refuses to read is a finding, and no reason to look no further. */
function readable(step: () => Fault[]): Fault[] {
  try {
    return step()
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string' || !code.startsWith('SQLITE_CORRUPT')) throw error
    return [{ part: 'file', fault: DAMAGED, count: 1, examples: [messageOf(error)] }]
  }
}

function integrity(sqlite: Sqlite): Fault[] {
  const lines = sqlite.pragma('integrity_check') as { integrity_check: string }[]
  const told = lines.map(line => line.integrity_check).filter(line => line !== 'ok')
  const damage = told.toSorted((one, other) => Number(VALUE.test(one)) - Number(VALUE.test(other)))
  return told.length === 0
    ? []
    : [{ part: 'file', fault: DAMAGED, count: told.length, examples: damage.slice(0, EXAMPLES) }]
}

/** Tables, indexes and views of a new database must be there as they are made; others may be there too. */
function schema(sqlite: Sqlite): Fault[] {
  const find = sqlite
    .prepare<[string, string], string>('SELECT sql FROM sqlite_master WHERE type = ? AND name = ?')
    .pluck()
  const wrong = pristineSchema().filter(({ type, name, sql }) => find.get(type, name) !== sql)
  return wrong.length === 0
    ? []
    : [
        {
          part: 'schema',
          fault: 'a table, index or view is missing or was changed',
          count: wrong.length,
          examples: wrong.slice(0, EXAMPLES).map(({ name }) => name),
        },
      ]
}

function interrupted(sqlite: Sqlite): Fault[] {
  const pending = sqlite.prepare("SELECT 1 FROM meta WHERE key = 'wipe_pending'").get()
  return pending === undefined ? [] : [{ part: 'file', fault: INTERRUPTED, count: 1, examples: [] }]
}

function broken(
  sqlite: Sqlite,
  { part, fault, sql }: { part: Fault['part']; fault: string; sql: string },
): Fault[] {
  try {
    const count = sqlite.prepare<[], number>(`SELECT count(*) FROM (${sql})`).pluck().get() ?? 0
    if (count === 0) return []
    return [
      { part, fault, count, examples: sqlite.prepare(`${sql} LIMIT ${EXAMPLES}`).pluck().all().map(String) },
    ]
  } catch (error) {
    return [{ part, fault: `cannot be looked for: ${fault}`, count: 1, examples: [messageOf(error)] }]
  }
}
