import type { CrawlCommand, CrawledSeed, Provenance } from '../db/index.js'
import type { HelperFile } from './contract.js'

/** Commands beyond these are counted and not written down: the table `runs` has them all. */
const MOST_COMMANDS = 50
const DAY_MS = 86_400_000
const SECOND_MS = 1_000

/** A command of the crawls that an export comes from, in words and as it is typed. */
export interface RepeatedCommand {
  /** Its list of seeds, relative to the export; null where seeds must not be named. */
  readonly file: string | null
  readonly command: string
  readonly crawl: CrawlCommand
}

/**
 * The commands that collected what is exported, each with the file that lists its seeds.
 * @param isPseudonymized whether seeds, which name people, are left out
 */
export function repeatedCommands(provenance: Provenance, isPseudonymized: boolean): RepeatedCommand[] {
  return provenance.crawls.slice(0, MOST_COMMANDS).map((crawl, i) => {
    const file = isPseudonymized || crawl.seeds.length === 0 ? null : `repeat/crawl-${i + 1}.yaml`
    return { file, command: commandText(crawl, file, provenance.origin), crawl }
  })
}

/** One file of seeds for each command. */
export function repeatFiles(commands: readonly RepeatedCommand[]): HelperFile[] {
  return commands.flatMap(({ file, crawl, command }, i) =>
    file === null
      ? []
      : [
          {
            path: file,
            text: () => seedList(crawl.seeds, command),
            name: `repeat-${i + 1}`,
            description: 'The seeds of a crawl, each with all its options, as --seeds takes them.',
            format: 'yaml',
            mediatype: 'application/yaml',
          },
        ],
  )
}

function commandText(
  { full, noGate, recheckMs }: CrawlCommand,
  file: string | null,
  origin: string | null,
): string {
  return [
    'sora-crawl crawl',
    `--seeds ${file ?? 'FILE'}`,
    ...(full ? ['--full'] : []),
    ...(noGate ? ['--no-gate'] : []),
    ...(recheckMs === null ? [] : [`--recheck ${ageText(recheckMs)}`]),
    ...(origin === 'sandbox' ? ['--sandbox'] : []),
  ].join(' ')
}

function ageText(ms: number): string {
  return ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : `${ms / SECOND_MS}s`
}

/** JSON is YAML, and quotes whatever a seed may hold. */
function seedList(seeds: readonly CrawledSeed[], command: string): string {
  const lines = seeds.map(
    ({ seed, collect, depth, maxPages }) =>
      `- ${JSON.stringify({ seed, collect, depth, max_pages: maxPages })}\n`,
  )
  return `# ${command}\n${lines.join('')}`
}

/** Seeds that share their options. */
export interface OptionGroup {
  readonly seeds: number
  readonly collect: readonly string[]
  readonly depth: number
  readonly max_pages: number | null
}

/** The options of a command's seeds, each once, in the order in which they come. */
export function optionsOf(seeds: readonly CrawledSeed[]): OptionGroup[] {
  const groups = new Map<string, OptionGroup>()
  for (const { collect, depth, maxPages } of seeds) {
    const form = JSON.stringify([collect, depth, maxPages])
    const known = groups.get(form)
    groups.set(form, { seeds: (known?.seeds ?? 0) + 1, collect, depth, max_pages: maxPages })
  }
  return [...groups.values()]
}

/** Facts about the export itself. */
export interface ExportFacts {
  /** The program's version. */
  readonly version: string
  /** The command that made the export, without the places on this machine. */
  readonly command: string
}

/** The part of README.md that says how to collect and export the same again. */
export function repeatPart(
  { origin, crawls }: Provenance,
  commands: readonly RepeatedCommand[],
  { version, command }: ExportFacts,
): string[] {
  const left = crawls.length - commands.length
  return [
    '## How to repeat it',
    '',
    `Written by sora-crawl ${version} from ${origin === 'sandbox' ? 'its sandbox' : 'the Sora2 API'}. ` +
      'The platform changes: the same commands collect what it shows then.',
    '',
    ...commands.flatMap(commandLines),
    ...(left > 0 ? [`- … and ${left} more commands, which the table \`runs\` has.`] : []),
    `- \`${command}\`: this export, of the database that results.`,
    '',
    'No licence is given. What may be passed on, and under which terms, is yours to say: in words here, and as `licenses` in `datapackage.json`.',
  ]
}

function commandLines({ command, crawl }: RepeatedCommand): string[] {
  const { runs, finished, first, last, stoppedBy } = crawl
  const stopped = stoppedBy.length === 0 ? '' : `; stopped by ${stoppedBy.join(', ')}`
  return [
    `- \`${command}\`: ${runs} ${runs === 1 ? 'run' : 'runs'}, ${finished} finished${stopped}; ${first} to ${last}.`,
    ...optionsOf(crawl.seeds).map(
      ({ seeds, collect, depth, max_pages: cap }) =>
        `  - ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: collect ${collect.join(', ')}; depth ${depth}; ` +
        `${cap === null ? 'no cap on pages, but for the 50 of the feed' : `at most ${cap} pages of a listing`}.`,
    ),
  ]
}

/** The same for programs: `provenance` in `datapackage.json`. */
export function repeatJson(
  commands: readonly RepeatedCommand[],
  { version, command }: ExportFacts,
): Readonly<Record<string, unknown>> {
  return {
    program: 'sora-crawl',
    version,
    export: command,
    crawls: commands.map(({ file, command: typed, crawl }) => ({
      command: typed,
      ...(file === null ? {} : { seeds_file: file }),
      full: crawl.full,
      no_gate: crawl.noGate,
      recheck_ms: crawl.recheckMs,
      options: optionsOf(crawl.seeds),
      runs: crawl.runs,
      finished: crawl.finished,
      first: crawl.first,
      last: crawl.last,
      stopped_by: crawl.stoppedBy,
    })),
  }
}
