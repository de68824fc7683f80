/* What the commands that change what is kept answer with --json. */
import * as z from 'zod'
import * as word from './words.js'

const place = {
  file: z.string(),
  line: z.int(),
  value: z.int().optional().describe('Which of the values of a file in one line'),
}

export const imported = z
  .strictObject({
    db: word.db,
    files: word.count,
    answers: word.count.describe('Answers that were taken in'),
    already_imported: word.count,
    rows: word.count,
    rejected: word.count.describe('Records that could not be read and were set aside'),
    unreadable: word.count.describe('Answers that cannot be read'),
    problems: z.array(z.strictObject({ ...place, problem: z.string() })).describe('The first of them'),
    left_out: z.record(z.string(), word.count).describe('What was left out, by reason'),
    left_out_at: z.array(z.strictObject({ ...place, reason: z.string() })).describe('The first of it'),
  })
  .describe('What was taken in')

export const replay = z
  .strictObject({
    db: word.db,
    dry_run: word.dryRun,
    pages: word.pages,
    refusals: word.count.describe('Stored answers that are no pages'),
    unread_pages: word.count.describe('Pages that this version cannot read'),
    pruned_until: word.time.nullable().describe('Up to when raw pages were pruned'),
    tables: z.record(
      z.string(),
      z.strictObject({
        before: word.count,
        after: word.count,
        inserted: word.count,
        changed: word.count,
        removed: word.count,
      }),
    ),
  })
  .describe('What was rebuilt, table by table')

export const prune = z
  .strictObject({
    db: word.db,
    before: word.time.describe('Pages from before this were dropped'),
    dry_run: word.dryRun,
    pages: word.count.describe('Raw pages that were dropped'),
    bytes: word.count,
    kept_pages: word.count.describe('Older pages that are needed still'),
    vacuumed: z.boolean().describe('Whether the file was made smaller'),
    ...word.fileBytes,
    freed_bytes: z.int().nullable(),
  })
  .describe('What was dropped')

export const forget = z
  .strictObject({
    db: word.db,
    dry_run: word.dryRun,
    accounts: word.count,
    forgotten_before: word.count,
    removed: z.record(z.string(), word.count).describe('Rows removed, by table'),
    changed: z.record(z.string(), word.count).describe('Rows changed, by table'),
    runs_given_up: word.count,
    characters_kept: z.array(z.string()),
    copies_deleted: z.array(z.string()),
    copies_left: z.array(z.string()).describe('Copies beside the database that are not ours to delete'),
    ...word.fileBytes,
  })
  .describe('Who was removed')
