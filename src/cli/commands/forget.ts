import { keepText, keptText } from '../../api/index.js'
import { monotonicMs } from '../../clock.js'
import { parseSeed } from '../../crawl/index.js'
import { Forgetter, type Copies, type ForgetReport, type Persons, type Redaction } from '../../db/index.js'
import { AppError, ExitCode } from '../../errors.js'
import { cursorMentions, redactBody, redactRecord, redactText } from '../../normalize/index.js'
import type { Answer } from '../answers/index.js'
import type { Command, GlobalFlags } from '../command.js'
import { canAsk, isYes } from '../confirm.js'
import { count, number } from '../format.js'
import type { Output } from '../output.js'

interface Flags {
  user: string[]
  dryRun: boolean
  yes: boolean
}

/** What a `forget` has done; null sizes for a dry run. */
interface Outcome {
  readonly persons: Persons
  readonly before: number
  readonly report: ForgetReport
  readonly copies: Copies
  readonly file: { readonly before: number; readonly after: number } | null
}

export const forgetCommand: Command<Flags> = {
  command: 'forget <user..>',
  describe: 'Remove people from the database, raw answers included, and keep them out of it',
  builder: yargs =>
    yargs
      .positional('user', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'user-…, ch_…, @name, or the address of a profile',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Say what would be removed, and change nothing',
      })
      .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' })
      .example('$0 forget user-Ab12 --dry-run', 'how much that would be')
      .example(
        '$0 forget @sam https://sora.chatgpt.com/profile/ann --db study.db --yes',
        'two people, without a question',
      )
      .epilogue(
        'Removes their profile, posts, comments, relations and histories, the comments and ' +
          'replies of others that hang on these, their records in raw answers, and their ids and ' +
          'handles in what others wrote. The ledger keeps what was paid. Only keyed hashes stay, by ' +
          'which later crawls, replays and imports leave them out. Copies that sora-crawl made ' +
          'before an upgrade (FILE.backup-TIME) are deleted, and --dry-run names them; other files ' +
          'of such names, and exported files, are not touched. Interrupted, the same command ' +
          'finishes it.',
      ) as never,
  run: async (flags, { output }) => {
    const { ids, handles } = readPeople(flags.user)
    if (!flags.dryRun && !flags.yes && !canAsk())
      throw new AppError(
        'bad-usage',
        'forgetting cannot be undone: without a terminal to ask on, it needs --yes (or --dry-run)',
      )
    const forgetter = new Forgetter(flags.db, redaction, flags.dryRun)
    try {
      const persons = forgetter.find(ids, handles)
      if (!flags.dryRun && !flags.yes && !(await isYes(question(persons, flags.db)))) {
        output.note('Nothing was changed.')
        return ExitCode.finished
      }
      const outcome = forget(forgetter, persons, flags, output)
      output.print(textOf(outcome, flags))
      output.json('forget', jsonOf(outcome, flags))
      return ExitCode.finished
    } finally {
      forgetter.close()
    }
  },
}

const redaction: Redaction = {
  open: keptText,
  close: keepText,
  body: redactBody,
  text: redactText,
  record: redactRecord,
  cursorMentions,
}

function readPeople(words: readonly string[]): { ids: string[]; handles: string[] } {
  const seeds = words.map(word => {
    const seed = parseSeed(word)
    if ('problem' in seed) throw new AppError('bad-usage', seed.problem)
    if (seed.kind !== 'user' && seed.kind !== 'handle')
      throw new AppError(
        'bad-usage',
        `"${seed.text}" names nobody; a person is user-…, ch_…, @name, or the address of a profile`,
      )
    return seed
  })
  return {
    ids: seeds.filter(({ kind }) => kind === 'user').map(({ id }) => id),
    handles: seeds.filter(({ kind }) => kind === 'handle').map(({ id }) => id),
  }
}

function question({ ids, names }: Persons, db: string): string {
  const who = [...ids, ...names.map(name => `@${name}`)].join(', ')
  return (
    `This removes ${who || 'them'} from ${db} for good, with all that hangs on them (--dry-run says ` +
    'how much). Go on? [y/N] '
  )
}

function forget(forgetter: Forgetter, persons: Persons, flags: Flags & GlobalFlags, output: Output): Outcome {
  const size = forgetter.fileBytes()
  if (!flags.dryRun) forgetter.checkRoom()
  const before = forgetter.alreadyForgotten(persons).length
  const report = forgetter.forget(
    persons,
    flags.dryRun,
    flags.noProgress ? () => undefined : progressTo(output),
  )
  const copies = forgetter.copies()
  if (flags.dryRun) return { persons, before, report, copies, file: null }
  forgetter.wipe(copies.own)
  return { persons, before, report, copies, file: { before: size, after: forgetter.fileBytes() } }
}

const PROGRESS_MS = 2_000

/** A line every other second. */
function progressTo(output: Output): (done: number, all: number) => void {
  let last = monotonicMs()
  return (done, all) => {
    if (done % 100 !== 0 || monotonicMs() - last < PROGRESS_MS) return
    last = monotonicMs()
    output.note(`Looking through raw pages: ${number(done)} of ${number(all)}.`)
  }
}

function textOf({ persons, before, report, copies, file }: Outcome, { dryRun }: Flags): string {
  const would = dryRun ? 'Would ' : ''
  const lines = [
    `${dryRun ? 'Would forget' : 'Forgot'} ` +
      `${count(persons.ids.length, 'account')}${before > 0 ? ` (${number(before)} of them again)` : ''}.`,
    `${would}${dryRun ? 'remove' : 'Removed'}: ${countsText(report.removed)}.`,
    `${would}${dryRun ? 'change' : 'Changed'}: ${countsText(report.changed)}.`,
  ]
  if (report.runsGivenUp > 0)
    lines.push(
      `${count(report.runsGivenUp, 'unfinished run')} that named nobody else ` +
        `${dryRun ? 'would be' : 'is'} given up.`,
    )
  if (report.characters.length > 0)
    lines.push(
      'Character accounts of theirs stay, without the owner; name them too if they are to go: ' +
        `${report.characters.join(', ')}`,
    )
  if (copies.own.length > 0)
    lines.push(`Copies made before upgrades ${dryRun ? 'would be' : 'are'} deleted: ${copies.own.join(', ')}`)
  if (copies.others.length > 0)
    lines.push(
      'Not touched, as sora-crawl did not make them; see whether they hold copies: ' +
        `${copies.others.join(', ')}`,
    )
  if (file !== null) lines.push('Files that were exported are not touched: export them anew.')
  return lines.join('\n')
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([table, n]) => `${number(n)} in ${table}`)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

function jsonOf(
  { persons, before, report, copies, file }: Outcome,
  { db, dryRun }: Flags & GlobalFlags,
): Answer<'forget'> {
  return {
    db,
    dry_run: dryRun,
    accounts: persons.ids.length,
    forgotten_before: before,
    removed: report.removed,
    changed: report.changed,
    runs_given_up: report.runsGivenUp,
    characters_kept: report.characters,
    copies_deleted: copies.own,
    copies_left: copies.others,
    file_bytes_before: file?.before ?? null,
    file_bytes_after: file?.after ?? null,
  }
}
