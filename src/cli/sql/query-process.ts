import { ReadQuery, type SqlParameters, type SqlValue } from '../../db/index.js'
import { AppError, messageOf, type ErrorCode } from '../../errors.js'
import { diesWithItsParent } from './watchdog.js'

/*
 * The program of the process that answers one query. A process and not a thread: SQLite computes without ever
 * looking up, so a thread in it can neither be terminated nor left behind by `process.exit`; a process can be
 * killed.
 */

/** What is asked for. */
export interface QueryRequest {
  readonly file: string
  readonly sql: string
  readonly parameters: SqlParameters
  readonly explain: boolean
  /** The most rows that are sent; null for all. */
  readonly limit: number | null
}

export type Row = readonly SqlValue[]

/** How many rows there are beyond the limit; counting ends after a second, and then there may be more. */
export interface Rest {
  readonly rows: number
  readonly isExact: boolean
}

/**
 * What is answered: columns, then any number of rows, then an end; each only when the one before has been
 * used up.
 */
export type QueryMessage =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'end'; readonly rest: Rest }
  | { readonly kind: 'error'; readonly code: ErrorCode | null; readonly message: string }

const BATCH_ROWS = 1_000
const BATCH_SIZE = 262_144
const COUNTING_MS = 1_000

type Answer = Generator<QueryMessage, void>

function* answer(request: QueryRequest): Answer {
  const query = new ReadQuery(request.file, request.sql, request.parameters, request.explain)
  yield { kind: 'columns', columns: query.columns }
  const rows = query.rows()
  yield* batches(rows, request.limit ?? Infinity)
  yield { kind: 'end', rest: countRest(rows) }
  query.close()
}

function* batches(rows: Iterator<Row>, limit: number): Answer {
  let batch: Row[] = []
  let size = 0
  for (let sent = 0; sent < limit; sent += 1) {
    const { value, done } = rows.next()
    if (done === true) break
    batch.push(value)
    size += sizeOf(value)
    if (batch.length < BATCH_ROWS && size < BATCH_SIZE) continue
    yield { kind: 'rows', rows: batch }
    batch = []
    size = 0
  }
  if (batch.length > 0) yield { kind: 'rows', rows: batch }
}

function sizeOf(row: Row): number {
  return row.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 8),
    0,
  )
}

function countRest(rows: Iterator<Row>): Rest {
  const until = performance.now() + COUNTING_MS
  let count = 0
  while (rows.next().done !== true) {
    count += 1
    if (count % 1_000 === 0 && performance.now() > until) return { rows: count, isExact: false }
  }
  return { rows: count, isExact: true }
}

/** The next message of an answer; an error is one, too. */
function nextOf(messages: Answer): QueryMessage | undefined {
  try {
    return messages.next().value ?? undefined
  } catch (error) {
    return { kind: 'error', code: error instanceof AppError ? error.code : null, message: messageOf(error) }
  }
}

function main(): void {
  let messages: Answer | undefined
  diesWithItsParent()
  // Whether the end of a terminal ends a query as well is for the parent to say.
  process.on('SIGHUP', () => undefined)
  process.on('message', request => {
    messages ??= answer(request as QueryRequest)
    const message = nextOf(messages)
    if (message !== undefined) process.send?.(message)
  })
}

if (process.send !== undefined) main()
