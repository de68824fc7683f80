import { monotonicMs } from '../../clock.js'
import { importAnswer, readForeign, type Crawler, type Foreign, type ImportParts } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { Importer } from '../../db/index.js'
import { AppError, ExitCode, messageOf } from '../../errors.js'
import type { Answer } from '../answers/index.js'
import type { Command, CommandContext, GlobalFlags } from '../command.js'
import { count, cut, duration, number } from '../format.js'
import { answerFiles, hasLines, textOf, type AnswerFile } from '../import/files.js'
import type { Found } from '../import/found.js'
import { valuesIn } from '../import/values.js'
import { abortOnSignals } from '../on-signals.js'
import type { Output } from '../output.js'
import { progressMode, withProgress, type Shown } from '../progress-display.js'

interface Flags {
  file: string[]
}

/** Where something stands: the how manyth value of its file it is, where a line does not say it. */
interface Place {
  readonly file: string
  readonly line: number
  readonly value?: number | undefined
}

/** Problems, and things left out, that are named one by one. */
const MOST_NAMED = 20

export const importCommand: Command<Flags> = {
  command: 'import <file..>',
  describe: 'Take in answers that were stored elsewhere, at no cost; sends nothing',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Files or folders of JSON, JSONL or HAR, also gzip; - for standard input',
      })
      .example(
        '$0 import answers.jsonl --db study.db',
        'one {"route", "params", "received_at", "body"} a line',
      )
      .example(
        '$0 import archive/ soravault_manifest_2026-03-01.json',
        'a folder of answers, and a manifest of SoraVault',
      )
      .example('zcat old.jsonl.gz | $0 import -', 'from another program')
      .epilogue(
        'Every answer is read as a crawl reads it and kept as a page that cost nothing. It ' +
          'belongs to no pass: no listing counts as read because of it, and crawls do not stop ' +
          'early at what only it lists. Newest wins: an answer older than what is known fills in ' +
          'what nobody has told, and takes its place in the history of counters. The same answer is ' +
          'imported once. What cannot be read is named with its file and line (exit 3), and ' +
          'everything beside it is imported; what is no answer is counted. The guide lists the ' +
          'forms.',
      ) as never,
  run: async (flags, context) => {
    const files = answerFiles(flags.file)
    const tally = await importFiles(files, flags, context)
    print(context.output, flags.db, tally)
    context.output.json('import', tally.json(flags.db))
    return tally.exitCode
  },
}

/** What an import has done so far. */
class Tally {
  answers = 0
  known = 0
  rows = 0
  rejected = 0
  problems = 0
  bytes = 0
  readonly named: (Place & { readonly problem: string })[] = []
  readonly leftOut = new Map<string, number>()
  readonly leftOutAt: (Place & { readonly reason: string })[] = []

  constructor(readonly files: number) {}

  problem(place: Place, problem: string): void {
    this.problems += 1
    if (this.named.length < MOST_NAMED) this.named.push({ ...place, problem })
  }

  /** @param place null where nothing is to be told of it */
  leaveOut(place: Place | null, reason: string, times = 1): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + times)
    if (place !== null && this.leftOutAt.length < MOST_NAMED) this.leftOutAt.push({ ...place, reason })
  }

  get exitCode(): ExitCode {
    return this.problems > 0 ? ExitCode.streamsFailed : ExitCode.finished
  }

  get outcome(): string {
    return (
      `${count(this.answers, 'answer')} imported, ${number(this.known)} known, ` +
      `${number(this.problems)} that cannot be read`
    )
  }

  json(db: string): Answer<'import'> {
    const { files, answers, known, rows, rejected, problems, named, leftOut, leftOutAt } = this
    return {
      db,
      files,
      answers,
      already_imported: known,
      rows,
      rejected,
      unreadable: problems,
      problems: named,
      left_out: Object.fromEntries(leftOut),
      left_out_at: leftOutAt,
    }
  }
}

async function importFiles(
  files: readonly AnswerFile[],
  flags: GlobalFlags,
  { output, version }: CommandContext,
): Promise<Tally> {
  const crawlers = await loadCrawlers()
  const importer = new Importer(flags.db)
  const { signal, forget } = abortOnSignals(ExitCode.stopped)
  const tally = new Tally(files.length)
  const shown = shownOf(
    tally,
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  try {
    await withProgress(progressMode(flags), output, shown, async () => {
      for (const file of files)
        await importFile(file, tally, {
          crawlers,
          signal,
          parts: { importer, programVersion: version, fallbackAt: file.writtenAt },
        })
    })
    const stopped = signal.aborted ? 'interrupted: ' : ''
    importer.finish(stopped + tally.outcome, signal.aborted ? ExitCode.stopped : tally.exitCode)
    if (signal.aborted) throw new AppError('interrupted', `${count(tally.answers, 'answer')} imported`)
    return tally
  } finally {
    forget()
    importer.close()
  }
}

interface Reading {
  readonly crawlers: readonly Crawler[]
  readonly signal: AbortSignal
  readonly parts: ImportParts
}

async function importFile(file: AnswerFile, tally: Tally, reading: Reading): Promise<void> {
  let line = 0
  const texts = textOf(file, bytes => {
    tally.bytes += bytes
  })
  try {
    for await (const found of valuesIn(texts, hasLines(file))) {
      if (reading.signal.aborted) return
      line = found.line
      const place = { file: file.name, line, value: found.value }
      if ('leftOut' in found) tally.leaveOut(place, found.leftOut, found.count)
      else
        for (const foreign of foreignIn(found, reading.crawlers)) take(foreign, place, tally, reading.parts)
    }
  } catch (error) {
    // What the database or the program does wrong is no fault of the file.
    if (error instanceof AppError || !isFault(error)) throw error
    tally.problem({ file: file.name, line: line + 1 }, messageOf(error))
  }
}

/** A file that cannot be read, or whose gzip is broken or cut off. */
function isFault(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code !== undefined && /^(Z_|E[A-Z]+$|ERR_)/.test(code)
}

function foreignIn(found: Exclude<Found, { leftOut: string }>, crawlers: readonly Crawler[]): Foreign[] {
  if ('problem' in found) return [{ problem: found.problem }]
  let value: unknown
  try {
    value = JSON.parse(found.text)
  } catch {
    return [{ problem: 'it is not JSON' }]
  }
  return readForeign(value, crawlers, found)
}

function take(foreign: Foreign, place: Place, tally: Tally, parts: ImportParts): void {
  if ('leftOut' in foreign) return tally.leaveOut(place, foreign.leftOut)
  if ('problem' in foreign) return tally.problem(place, foreign.problem)
  const outcome = importAnswer(foreign.answer, parts)
  if (outcome.as === 'unreadable') return tally.problem(place, outcome.problem)
  if (outcome.as === 'forgotten') return tally.leaveOut(null, FORGOTTEN)
  if (outcome.as === 'known') {
    tally.known += 1
    return
  }
  tally.answers += 1
  tally.rows += outcome.rows
  tally.rejected += outcome.rejected
}

const FORGOTTEN = 'of people whom the database was told to forget'

function shownOf(tally: Tally, bytes: number): Shown {
  const started = monotonicMs()
  const line = (): string => {
    const ms = monotonicMs() - started
    const part =
      bytes > 0
        ? `${Math.min(100, Math.round((100 * tally.bytes) / bytes))} % of ${count(tally.files, 'file')}, `
        : ''
    const left =
      bytes > 0 && tally.bytes > 0
        ? `, about ${duration((ms / tally.bytes) * Math.max(0, bytes - tally.bytes))} left`
        : ''
    return `${part}${count(tally.answers, 'answer')} imported in ${duration(ms)}${left}`
  }
  return { lines: width => [cut(line(), width)], line }
}

function print(output: Output, db: string, tally: Tally): void {
  for (const { problem, ...place } of tally.named) output.note(`${placeText(place)}: ${problem}`)
  if (tally.problems > tally.named.length)
    output.note(`… and ${number(tally.problems - tally.named.length)} more.`)
  const what =
    tally.answers === 0 && tally.known > 0
      ? 'Nothing new'
      : `Imported ${count(tally.answers, 'answer')} with ${count(tally.rows, 'row')}`
  const parts = [
    tally.known > 0 ? `${count(tally.known, 'answer')} had been imported before` : '',
    tally.rejected > 0 ? `${count(tally.rejected, 'record')} set aside` : '',
    ...[...tally.leftOut].map(([why, n]) => `left out ${number(n)}: ${why}${firstPlace(tally, why)}`),
  ]
  output.print(
    `${[what, ...parts.filter(part => part !== '')].join('; ')}. ${db} was not charged for anything.`,
  )
  if (tally.problems > 0)
    output.failure(
      `${count(tally.problems, 'stored answer')} cannot be read — everything else is imported; ` +
        'the same command takes them in once they are mended.',
    )
}

/** Where the first one stands that was left out for a reason. */
function firstPlace({ leftOutAt }: Tally, why: string): string {
  const first = leftOutAt.find(({ reason }) => reason === why)
  return first === undefined ? '' : ` (first at ${placeText(first)})`
}

function placeText({ file, line, value }: Place): string {
  return `${file}:${line}${value === undefined ? '' : `, value ${value}`}`
}
