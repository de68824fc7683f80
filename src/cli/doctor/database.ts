import { inspectDatabase, type DatabaseFacts } from '../../db/index.js'
import { AppError } from '../../errors.js'
import type { Finding } from './finding.js'

/** A crawl is refused where less is left than a few answers may need; with less than this it soon will be. */
const LITTLE_ROOM_BYTES = 100_000_000

/** @returns no facts where the file cannot be used at all */
export function databaseFacts(file: string): { facts: DatabaseFacts | null; findings: Finding[] } {
  try {
    const facts = inspectDatabase(file)
    return { facts, findings: notesOn(file, facts) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { facts: null, findings: [{ part: 'database', severity: 'wrong', message: error.line }] }
  }
}

function notesOn(file: string, { is_locked, is_remote, free_bytes, tables }: DatabaseFacts): Finding[] {
  const note = (part: Finding['part'], message: string): Finding => ({ part, severity: 'note', message })
  return [
    is_locked === true
      ? note('database', 'Another process is writing to it: a crawl that is started now ends with 6.')
      : undefined,
    tables === 'older'
      ? note('database', `${file} is of an earlier sora-crawl: the next crawl copies it, and brings it up.`)
      : undefined,
    is_remote
      ? note(
          'database',
          'Its folder is on another machine: SQLite loses data there if two machines use it at once. ' +
            'A disk of this machine is safe.',
        )
      : undefined,
    free_bytes !== null && free_bytes < LITTLE_ROOM_BYTES
      ? note('disk', 'Little room is left where the database is: a full disk stops a crawl (exit code 4).')
      : undefined,
  ].filter(finding => finding !== undefined)
}
