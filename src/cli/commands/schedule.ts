import type { Cron } from 'croner'
import { monotonicMs, now } from '../../clock.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { openStore, type Origin } from '../../db/index.js'
import { AppError, ExitCode, messageOf } from '../../errors.js'
import { assertAffordable } from '../affordable.js'
import { crawlFlags, readCrawlFlags, type CrawlFlags } from '../crawl-flags.js'
import { count, dollars, duration, number } from '../format.js'
import type { Command, CommandContext, GlobalFlags } from '../command.js'
import { performCrawl, type CrawlRequest } from '../run-crawl.js'
import { broke, ran, skippedAsBusy, skippedAsLocked, type SlotLine } from '../schedule/line.js'
import { runOnFinish } from '../schedule/on-finish.js'
import { Schedule } from '../schedule/schedule.js'
import { clockName, nextOf, readSlots } from '../schedule/slots.js'
import type { Summary } from '../summary.js'
import { withApi } from '../with-api.js'

interface Flags extends CrawlFlags {
  cron: string
  timezone?: string
  now: boolean
  onFinish?: string
}

export const scheduleCommand: Command<Flags> = {
  command: 'schedule <command> [seed..]',
  describe:
    'Crawl at the times of a cron expression, in one process that stays; a JSON line on stdout for each run',
  builder: yargs =>
    crawlFlags(yargs)
      .positional('command', {
        choices: ['crawl'] as const,
        demandOption: true,
        describe: 'What is run, with the seeds and flags that it takes',
      })
      .option('cron', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'When: minute, hour, day of month, month, day of week; seconds may come first',
      })
      .option('timezone', {
        type: 'string',
        requiresArg: true,
        describe: 'Whose clock, such as Europe/Berlin [default: that of this machine]',
      })
      .option('now', { type: 'boolean', default: false, describe: 'Run once at the start, too' })
      .option('on-finish', {
        type: 'string',
        requiresArg: true,
        coerce: shellCommand,
        describe: 'A shell command for the end of each run, with its line of JSON on standard input',
      })
      .example('$0 schedule --cron "0 3 * * *" crawl feed --collect comments', 'every night at three')
      .example(
        '$0 schedule --cron "0 */6 * * *" --timezone Europe/Berlin --now crawl --seeds seeds.txt ' +
          '--max-cost 5',
        'every six hours, no more than $5 each time',
      )
      .example(
        '$0 schedule --cron "0 3 * * *" --on-finish "mail -s crawled me@example.org" crawl feed',
        'the line of each run by mail',
      )
      .epilogue(
        'A time that comes while a run is going on, or while another process writes to the ' +
          'database, is skipped. Settings and files of seeds are read once, at the start, and no ' +
          'run asks before it spends: --max-cost caps each. SIGTERM or Ctrl-C ends the schedule ' +
          'politely, with 0. Runs that end with 3 or 4 keep it going; 2 (usage) and 5 (key refused) ' +
          'end it with that code.',
      ) as never,
  run: async (flags, context) => {
    const slots = readSlots(flags.cron, flags.timezone)
    const crawlers = await loadCrawlers()
    const wish = await readCrawlFlags(flags, crawlers)
    return withApi(flags, context.output, async api => {
      assertAffordable(wish.caps, crawlers, api.prices)
      await tryDatabase(flags.db, api.origin)
      const crawl = new ScheduledCrawl(
        { ...wish, ...api, crawlers, confirmation: ANSWERED, next: [] },
        slots,
        flags,
        context,
      )
      context.output.note(
        `Crawls at "${flags.cron}" (${clockName(flags.timezone)}), next at ${nextOf(slots)}. ` +
          'Ctrl-C ends the schedule.',
      )
      const exitCode = await new Schedule(slots, crawl).keep(flags.now)
      if (exitCode === ExitCode.finished) context.output.note('The schedule has ended, as asked.')
      return exitCode
    })
  },
}

function shellCommand(value: string | undefined): string | undefined {
  if (value?.trim() === '') throw new AppError('bad-usage', '--on-finish takes a command, and is empty')
  return value
}

/** Nobody sits there to be asked; what a run may cost is what `--max-cost` says. */
const ANSWERED = { above: 0, yes: true }

/**
 * A database that cannot be used is found out now and not at night; one that is in use may be free by then.
 */
async function tryDatabase(file: string, origin: Origin): Promise<void> {
  try {
    await openStore(file, origin).close()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'locked') throw error
  }
}

/** The exit codes that the next run cannot better. */
const FATAL: ReadonlySet<ExitCode> = new Set([ExitCode.bug, ExitCode.usage, ExitCode.notServed])

/** One crawl again and again; each opens the database and closes it, and tells what happened. */
class ScheduledCrawl {
  readonly #request: CrawlRequest
  readonly #slots: Cron
  readonly #flags: GlobalFlags & Pick<Flags, 'onFinish'>
  readonly #context: CommandContext
  #saidLost = 0

  constructor(
    request: CrawlRequest,
    slots: Cron,
    flags: GlobalFlags & Pick<Flags, 'onFinish'>,
    context: CommandContext,
  ) {
    this.#request = request
    this.#slots = slots
    this.#flags = flags
    this.#context = context
  }

  async run(): Promise<ExitCode | undefined> {
    const at = now()
    const started = monotonicMs()
    try {
      const summary = await performCrawl(this.#request, this.#flags, this.#context)
      const line = { at, ...ran(summary), next: this.#next(summary.outcome.exitCode) }
      this.#tell(line)
      if (summary.outcome.stopped !== null) this.#context.output.failure(summary.outcome.stopped)
      this.#context.output.note(textOf(summary, nextOf(this.#slots)))
      await this.#handOver(line)
      return fatal(summary.outcome.exitCode)
    } catch (error) {
      return this.#onError(error, at, monotonicMs() - started)
    }
  }

  skip(): void {
    this.#tell({ at: now(), ...skippedAsBusy(), next: nextOf(this.#slots) })
    this.#context.output.note('Skipped: the run before is still going on.')
  }

  /** @throws a bug, once it has its line */
  async #onError(error: unknown, at: string, elapsedMs: number): Promise<ExitCode | undefined> {
    const known = error instanceof AppError ? error : undefined
    const exitCode = known?.exit ?? ExitCode.bug
    const line = known?.line ?? messageOf(error)
    const told = exitCode === ExitCode.locked ? skippedAsLocked(line) : broke(exitCode, line, elapsedMs)
    const slot = { at, ...told, next: this.#next(exitCode) }
    this.#tell(slot)
    if (known !== undefined) this.#context.output.failure(line)
    if (slot.event === 'run') await this.#handOver(slot)
    if (known === undefined) throw error
    return fatal(exitCode)
  }

  /** Gives the line of a run to the command of `--on-finish`, whose troubles are not the schedule's. */
  async #handOver(line: SlotLine): Promise<void> {
    const { onFinish } = this.#flags
    if (onFinish === undefined) return
    const trouble = await runOnFinish(onFinish, line)
    if (trouble !== null)
      this.#context.output.note(`The command of --on-finish ${trouble}; the schedule goes on without it.`)
  }

  #next(exitCode: ExitCode): string | null {
    return fatal(exitCode) === undefined ? nextOf(this.#slots) : null
  }

  #tell(line: SlotLine): void {
    this.#context.output.jsonLine('schedule', line)
    this.#noteLost()
  }

  /** Said when it happens: the end of a schedule may be a year away. */
  #noteLost(): void {
    const { output } = this.#context
    if (output.lost.length > this.#saidLost)
      output.note(`Lines cannot be written (${output.lost.join('; ')}): the schedule goes on without them.`)
    this.#saidLost = output.lost.length
  }
}

function fatal(exitCode: ExitCode): ExitCode | undefined {
  return FATAL.has(exitCode) ? exitCode : undefined
}

function textOf({ outcome, view }: Summary, next: string | null): string {
  const { requests, cost, rows, elapsedMs } = view
  const state = outcome.finished ? 'finished' : 'is unfinished'
  const failed = outcome.tally.failed === 0 ? '' : `, ${count(outcome.tally.failed, 'stream')} failed`
  const after = next === null ? '' : `; next at ${next}`
  return (
    `Run ${outcome.run.id} ${state}: ${dollars(cost)} for ${count(requests, 'request')}, ` +
    `${number(rows.inserted)} rows new, ${number(rows.updated)} updated${failed}, in ` +
    `${duration(elapsedMs)}${after}.`
  )
}
