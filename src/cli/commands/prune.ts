import { countOldPages, Pruner, type PageCount } from '../../db/index.js'
import { ExitCode } from '../../errors.js'
import { age } from '../flags.js'
import { count, number } from '../format.js'
import type { Answer } from '../answers/index.js'
import type { Command } from '../command.js'
import type { Output } from '../output.js'

interface Flags {
  raw: number
  dryRun: boolean
  noVacuum: boolean
}

interface PruneReport {
  readonly before: string
  readonly dropped: PageCount
  readonly kept: number
  readonly isDryRun: boolean
  readonly vacuumed: boolean
  /** Of the file, before and after; null for a dry run. */
  readonly file: { readonly before: number; readonly after: number } | null
}

export const pruneCommand: Command<Flags> = {
  command: 'prune',
  describe: 'Drop old raw pages, which are most of the file; everything read from them stays',
  builder: yargs =>
    yargs
      .option('raw', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        coerce: age('raw'),
        describe: 'Drop raw pages older than this: such as 90d (s, m for minutes, h, d, w)',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Say what would be dropped, and change nothing',
      })
      .option('no-vacuum', {
        type: 'boolean',
        default: false,
        describe: 'Leave the file as large as it is; its free space is used by later crawls',
      })
      .example('$0 prune --raw 90d --dry-run', 'how much that would be')
      .example('$0 prune --raw 90d --db study.db', 'drop it, and make the file smaller')
      .epilogue(
        '`replay` can rebuild only from the pages that are kept. Rows, the ledger, checkpoints ' +
          'and records set aside stay as they are, and nothing is paid again. Making the file ' +
          'smaller takes, for a while, up to twice the size of what is kept in free disk space; ' +
          '--no-vacuum does not, but leaves what was dropped in the free space of the file until it ' +
          'is used again.',
      ) as never,
  run: async (flags, { output }) => {
    const before = new Date(Math.max(0, Date.now() - flags.raw)).toISOString()
    const report = flags.dryRun ? dryRun(flags.db, before) : prune(flags.db, before, flags.noVacuum, output)
    output.print(textOf(report))
    output.json('prune', jsonOf(report, flags.db))
    return ExitCode.finished
  },
}

function dryRun(db: string, before: string): PruneReport {
  const { old, kept } = countOldPages(db, before)
  return { before, dropped: old, kept, isDryRun: true, vacuumed: false, file: null }
}

function prune(db: string, before: string, noVacuum: boolean, output: Output): PruneReport {
  const pruner = new Pruner(db)
  try {
    const size = pruner.fileBytes()
    const dropped = pruner.drop(before)
    const { free, needed } = pruner.slack()
    const vacuumed = !noVacuum && free > 0
    if (vacuumed)
      output.note(
        `Making the file smaller: this takes up to ${bytes(needed)} of free disk space for a ` +
          'while (--no-vacuum leaves it out).',
      )
    if (vacuumed) pruner.compact()
    return {
      before,
      dropped,
      kept: pruner.kept(),
      isDryRun: false,
      vacuumed,
      file: { before: size, after: pruner.fileBytes() },
    }
  } finally {
    pruner.close()
  }
}

function textOf({ before, dropped, kept, isDryRun, file }: PruneReport): string {
  const what =
    `${count(dropped.pages, 'raw page')} from before ${before.slice(0, 16).replace('T', ' ')} UTC ` +
    `(${bytes(dropped.bytes)})`
  const size =
    file === null ? 'nothing was changed' : `the file had ${bytes(file.before)} and has ${bytes(file.after)}`
  return (
    `${isDryRun ? 'Would drop' : 'Dropped'} ${what}; ${number(kept)} ` +
    `${isDryRun ? 'would be' : 'are'} kept; ${size}.`
  )
}

function jsonOf(
  { before, dropped, kept, isDryRun, vacuumed, file }: PruneReport,
  db: string,
): Answer<'prune'> {
  return {
    db,
    before,
    dry_run: isDryRun,
    pages: dropped.pages,
    bytes: dropped.bytes,
    kept_pages: kept,
    vacuumed,
    file_bytes_before: file?.before ?? null,
    file_bytes_after: file?.after ?? null,
    freed_bytes: file === null ? null : file.before - file.after,
  }
}

/** 1234567 as "1.2 MB". */
function bytes(value: number): string {
  const [unit, size] =
    value >= 1e9 ? ['GB', 1e9] : value >= 1e6 ? ['MB', 1e6] : value >= 1e3 ? ['kB', 1e3] : ['bytes', 1]
  return `${(value / Number(size)).toFixed(size === 1 ? 0 : 1)} ${unit}`
}
