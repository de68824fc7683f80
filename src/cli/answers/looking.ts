/* What the commands that look at a database answer with --json. */
import * as z from 'zod'
import { coverageStates } from '../../report/index.js'
import * as word from './words.js'

export const status = z
  .strictObject({
    db: word.db,
    origin: word.origin.nullable(),
    runs: z.array(
      z.strictObject({
        run: word.run,
        state: z.enum(['unfinished', 'finished', 'abandoned']),
        outcome: z.string().nullable(),
        is_import: z.boolean().describe('Imports have no seeds and send nothing'),
        exit_code: word.exitCode.nullable(),
        started_at: word.time,
        finished_at: word.time.nullable(),
        seeds: z.array(word.seed),
        ...word.spend,
        streams: z.record(z.string(), word.count).describe('Streams by state'),
      }),
    ),
    streams: z
      .array(
        z.strictObject({
          run: word.run,
          stream: word.stream,
          subject: word.subject,
          state: z.string(),
          reason: word.reason,
          pages: word.pages,
        }),
      )
      .describe('Streams that are open, or ended otherwise than complete'),
    rows: word.rows,
    spend: z.strictObject({ ...word.spend, unknown: word.count.describe('Requests of unknown fate') }),
    imported: word.count.describe('Answers that were imported, at no cost'),
    spend_by_route: z.array(z.strictObject({ route: word.route, ...word.spend })),
    spend_by_day: z.array(z.strictObject({ day: z.iso.date().describe('In UTC'), ...word.spend })),
    drift: z.array(
      z.strictObject({
        kind: z.enum(['type', 'added', 'dropped']),
        path: z.string(),
        expected: z.string(),
        got: z.string(),
        records: word.count,
        first_seen_at: word.time,
        last_seen_at: word.time,
      }),
    ),
    drift_count: word.count.describe('How many there are in all'),
  })
  .describe('Runs, open streams, rows and spend of a database')

const sums = {
  listings: word.count,
  told: word.count.nullable().describe('What the platform counts; null where it tells nothing'),
  held: word.count,
  set_aside: word.count.describe('Records that could not be read'),
  pages: word.pages,
  states: z.partialRecord(z.enum(coverageStates), word.count).describe('Listings by state'),
}

export const coverage = z
  .strictObject({
    streams: z.array(z.strictObject({ seed: word.seed, stream: word.stream, ...sums })),
    total: z.strictObject(sums),
    incomplete: z.array(
      z.strictObject({
        seed: word.seed,
        stream: word.stream,
        subject: word.subject,
        told: sums.told,
        held: word.count,
        set_aside: sums.set_aside,
        pages: word.pages,
        state: z.enum(coverageStates),
        reason: word.reason,
      }),
    ),
    tables: z
      .array(
        z.strictObject({
          table: z.enum(['users', 'posts', 'comments']),
          rows: word.count,
          listed: word.count,
          embedded: word.count.describe('Rows that nothing lists'),
          never_in_scope: word.count.describe('Rows that no run has followed'),
        }),
      )
      .describe('Of the whole database; none where a part of it is asked for'),
  })
  .describe('What is held against what the platform counts')

const failure = {
  error: z.strictObject({ code: z.string(), message: z.string().describe('The line on stderr') }),
  exit_code: word.exitCode,
}

export const error = z.strictObject(failure).describe('What any command answers that fails')

const value = z.union([z.string(), z.number(), z.null()])

export const sql = z
  .strictObject({
    columns: z.array(z.string()),
    rows: z.array(z.array(value)).describe('Integers with all their digits; BLOBs as hexadecimal digits'),
    error: failure.error.optional().describe('What ended the query; the rows before it are not all'),
    exit_code: failure.exit_code.optional(),
  })
  .describe('The answer to a query')

export const sqlList = z
  .array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      parameters: z.array(z.strictObject({ name: z.string(), default: z.string(), about: z.string() })),
      sql: z.string(),
    }),
  )
  .describe('The ready questions')

export const check = z
  .strictObject({
    db: word.db,
    sound: z.boolean(),
    faults: z.array(
      z.strictObject({
        part: z.enum(['file', 'schema', 'relations', 'ledger', 'checkpoints', 'values']),
        fault: z.string(),
        count: word.count.describe('Rows that are concerned'),
        examples: z.array(z.string()),
      }),
    ),
    skipped: word.count.describe('Things not looked for, since the file itself is broken'),
  })
  .describe('Whether a database is sound')

const judged = z.enum(['right', 'wrong', 'unknown'])
const setting = { setting: z.string(), from: z.string().describe('The file, or the environment') }

export const doctor = z
  .strictObject({
    version: z.string(),
    node: z.string(),
    system: z.string(),
    sqlite: z.string().nullable(),
    config: z.string().nullable().describe('The config file that would be read'),
    settings: z.strictObject({
      files: z.array(z.string()),
      key: z.strictObject(setting).nullable().describe('Where the key comes from; never the key'),
      address: z.strictObject({ url: z.string(), ...setting }).nullable(),
      proxy: z.strictObject({ url: z.string(), setting: z.string() }).nullable(),
      prices_usd: z.record(z.string(), z.number()).describe('Dollars by route, where they are your own'),
    }),
    database: z
      .strictObject({
        path: z.string(),
        exists: z.boolean(),
        bytes: word.count,
        log_bytes: word.count,
        origin: word.origin.nullable(),
        tables: z.enum(['current', 'older']).nullable(),
        is_locked: z.boolean().nullable(),
        free_bytes: word.count.nullable(),
        is_remote: z.boolean(),
      })
      .nullable(),
    findings: z.array(
      z.strictObject({
        part: z.enum(['node', 'settings', 'key', 'database', 'disk', 'online']),
        severity: z.enum(['wrong', 'note']),
        message: z.string(),
      }),
    ),
    online: z
      .strictObject({
        asked: word.route,
        status: z.int().nullable(),
        cost_usd: word.costUsd,
        address: judged,
        key: judged,
        route: judged,
        message: z.string(),
        exit_code: word.exitCode,
      })
      .nullable()
      .describe('What one request has shown; null where none was asked for'),
  })
  .describe('Whether a crawl could begin')

export const report = z
  .strictObject({
    db: word.db,
    path: z.string(),
    bytes: word.count,
    title: z.string(),
    as_of: word.time.nullable().describe('The moment that the page shows'),
    sections: z.array(z.strictObject({ id: z.string(), title: z.string(), figures: z.array(z.string()) })),
  })
  .describe('The page that was written')

export const exported = z
  .strictObject({
    db: word.db,
    folder: z.string(),
    files: z.array(
      z.strictObject({
        path: z.string().describe('Within the folder'),
        table: z.string().nullable().describe('null for what describes the others'),
        format: z.string(),
        rows: word.count,
        bytes: word.count,
        sha256: z.string(),
      }),
    ),
    rows: word.count,
    bytes: word.count,
    nul_removed: word.count.describe('NUL characters that a format cannot hold'),
    cells_cut: word.count.describe('Texts cut to what a cell of Excel holds'),
    values_left_out: word.count.describe('Values that a pseudonymized export cannot hold'),
  })
  .describe('What was exported')
