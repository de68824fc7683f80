import { NOBODY } from '../../api/index.js'
import { monotonicMs } from '../../clock.js'
import { replayPages, type Replayed } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { Replayer, type TableChange } from '../../db/index.js'
import { AppError, ExitCode } from '../../errors.js'
import type { Answer } from '../answers/index.js'
import type { Command, CommandContext, GlobalFlags } from '../command.js'
import { count, cut, duration, number } from '../format.js'
import { abortOnSignals } from '../on-signals.js'
import type { Output } from '../output.js'
import { progressMode, withProgress, type Shown } from '../progress-display.js'

interface Flags {
  dryRun: boolean
}

interface Report extends Replayed {
  readonly isDryRun: boolean
  readonly prunedUntil: string | null
  readonly changes: readonly TableChange[]
  readonly ms: number
}

export const replayCommand: Command<Flags> = {
  command: 'replay',
  describe: 'Rebuild all tables from the stored pages; sends nothing',
  builder: yargs =>
    yargs
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Say what would be different, and change nothing',
      })
      .example('$0 replay --dry-run', 'what a newer sora-crawl reads otherwise')
      .example('$0 replay --db study.db', 'take in what it can read now')
      .epilogue(
        'Every raw page is read anew, in the order in which it came and with its time, and what ' +
          'earlier versions set aside comes in. Runs, the ledger and checkpoints stay as they are. ' +
          'All of it is one transaction: a replay that dies has changed nothing. What only pruned ' +
          'pages told stays. Needs free disk space for about the tables once more.',
      ) as never,
  run: async (flags, context) => {
    const report = await replay(flags, context)
    print(context.output, flags.db, report)
    context.output.json('replay', jsonOf(flags.db, report))
    return ExitCode.finished
  },
}

async function replay(flags: Flags & GlobalFlags, { output, version }: CommandContext): Promise<Report> {
  const started = monotonicMs()
  const crawlers = await loadCrawlers()
  const replayer = new Replayer(
    flags.db,
    new Map(crawlers.map(({ name, edge }) => [name, edge])),
    NOBODY,
    flags.dryRun,
  )
  const { signal, forget } = abortOnSignals(ExitCode.stopped)
  try {
    let pages = 0
    const onPages = (done: number): void => void (pages = done)
    const shown = shownOf(() => pages, replayer.pages, started)
    const done = await withProgress(progressMode(flags), output, shown, () =>
      replayPages(replayer, { crawlers, programVersion: version, signal, onPages }),
    )
    if (done === undefined) throw new AppError('interrupted', 'nothing was changed')
    const changes = replayer.changes()
    if (!flags.dryRun) replayer.commit()
    return {
      ...done,
      isDryRun: flags.dryRun,
      prunedUntil: replayer.prunedUntil,
      changes,
      ms: monotonicMs() - started,
    }
  } finally {
    forget()
    replayer.close()
  }
}

function shownOf(done: () => number, all: number, started: number): Shown {
  const line = (): string => {
    const ms = monotonicMs() - started
    const left = done() > 0 ? `, about ${duration((ms / done()) * (all - done()))} left` : ''
    return `${number(done())} of ${count(all, 'page')} replayed in ${duration(ms)}${left}`
  }
  return { lines: width => [cut(line(), width)], line }
}

function print(
  output: Output,
  db: string,
  { isDryRun, pages, refusals, unread, prunedUntil, changes, ms }: Report,
): void {
  const also = [
    refusals > 0 ? `${count(refusals, 'refusal')}` : '',
    unread > 0 ? `${count(unread, 'page')} that cannot be read` : '',
  ].filter(text => text !== '')
  output.print(
    `${isDryRun ? 'Would replay' : 'Replayed'} ` +
      `${count(pages + refusals, 'stored answer')}${also.length > 0 ? ` (${also.join(', ')})` : ''} ` +
      `of ${db} in ${duration(ms)}; nothing was sent.`,
  )
  if (prunedUntil !== null)
    output.print(
      `What pages that are pruned (until ${prunedUntil.slice(0, 16).replace('T', ' ')} UTC) have ` +
        'told stays as it is.',
    )
  const different = changes.filter(({ inserted, changed, removed }) => inserted + changed + removed > 0)
  if (different.length === 0) return output.print('The tables are as they were.')
  output.print('')
  const header = ['table', 'before', 'after', 'new', 'changed', 'removed']
  output.table([
    header,
    ...different.map(one => [one.table, one.before, one.after, one.inserted, one.changed, one.removed]),
  ])
  if (isDryRun) output.print('\nNothing was changed.')
}

function jsonOf(
  db: string,
  { isDryRun, pages, refusals, unread, prunedUntil, changes }: Report,
): Answer<'replay'> {
  return {
    db,
    dry_run: isDryRun,
    pages,
    refusals,
    unread_pages: unread,
    pruned_until: prunedUntil,
    tables: Object.fromEntries(changes.map(({ table, ...change }) => [table, change])),
  }
}
