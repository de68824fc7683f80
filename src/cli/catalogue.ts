import type { CommandModule } from 'yargs'
import { AppError, type ExitCode } from '../errors.js'
import { isOfDatabase } from '../paths.js'
import { commandName, type CommandContext, type GlobalFlags, type Listed, type Command } from './command.js'
import { shortageBehind } from './shortage.js'

/** How a command has ended. */
export interface Ending {
  readonly code: ExitCode
  /** Whether what it printed is all that it did. */
  readonly isAnswer: boolean
}

/** Every command, in the order of the help. What each needs takes longer to load than the help to print. */
export const catalogue: readonly Listed[] = [
  {
    command: 'crawl [seed..]',
    describe: 'Crawl from seeds into the database; the same command continues what is unfinished',
    guide: 'crawling',
    load: async () => (await import('./commands/crawl.js')).crawlCommand,
  },
  {
    command: 'plan [seed..]',
    describe: 'Say what a crawl would cost, from what the database knows; sends nothing',
    guide: 'money',
    load: async () => (await import('./commands/plan.js')).planCommand,
  },
  {
    command: 'status',
    describe: 'Show runs, streams that are open or failed, rows and spend',
    guide: 'tables',
    load: async () => (await import('./commands/status.js')).statusCommand,
  },
  {
    command: 'coverage',
    describe: 'Show what is held against what the platform says there is, and why it differs',
    guide: 'tables',
    load: async () => (await import('./commands/coverage.js')).coverageCommand,
  },
  {
    command: 'sql [query]',
    describe: 'Ask the database: SQL, or a ready question by its name',
    guide: 'tables',
    load: async () => (await import('./commands/sql.js')).sqlCommand,
  },
  {
    command: 'export',
    describe: 'Write tables as files that other tools read',
    guide: 'exporting',
    load: async () => (await import('./commands/export.js')).exportCommand,
  },
  {
    command: 'report',
    describe:
      'Write one HTML page with figures, for a browser or a printer: what was collected, what it ' +
      'cost, what it shows',
    guide: 'tables',
    load: async () => (await import('./commands/report.js')).reportCommand,
  },
  {
    command: 'schedule <command> [seed..]',
    describe:
      'Crawl at the times of a cron expression, in one process that stays; a JSON line on stdout ' +
      'for each run',
    guide: 'operating',
    load: async () => (await import('./commands/schedule.js')).scheduleCommand,
  },
  {
    command: 'check',
    describe: 'Look whether the database is sound: file, relations, ledger, checkpoints, values',
    guide: 'operating',
    load: async () => (await import('./commands/check.js')).checkCommand,
  },
  {
    command: 'doctor',
    describe: 'Look at settings, key, address, Node, database and disk; sends nothing without --online',
    guide: 'troubleshooting',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  {
    command: 'forget <user..>',
    describe: 'Remove people from the database, raw answers included, and keep them out of it',
    guide: 'privacy',
    load: async () => (await import('./commands/forget.js')).forgetCommand,
  },
  {
    command: 'prune',
    describe: 'Drop old raw pages, which are most of the file; everything read from them stays',
    guide: 'operating',
    load: async () => (await import('./commands/prune.js')).pruneCommand,
  },
  {
    command: 'replay',
    describe: 'Rebuild all tables from the stored pages; sends nothing',
    guide: 'importing',
    load: async () => (await import('./commands/replay.js')).replayCommand,
  },
  {
    command: 'import <file..>',
    describe: 'Take in answers that were stored elsewhere, at no cost; sends nothing',
    guide: 'importing',
    load: async () => (await import('./commands/import.js')).importCommand,
  },
  {
    command: 'sandbox',
    describe: 'Serve the sandbox alone: a local API of the same contract',
    guide: 'settings',
    load: async () => (await import('./commands/sandbox.js')).sandboxCommand,
  },
  {
    command: 'demo',
    describe:
      'Crawl the built-in sandbox from data/seeds.txt into data/demo.db: the whole job, without a key',
    guide: 'crawling',
    load: async () => (await import('./commands/demo.js')).demoCommand,
  },
  {
    command: 'help [topic]',
    describe: 'Show how a command is used, or a page of the guide',
    guide: 'settings',
    load: async () => (await import('./commands/help.js')).helpCommand,
  },
  {
    command: 'schema [name]',
    describe: 'Print the JSON Schema of a --json answer, of a seed list in YAML or of the config file',
    guide: 'output',
    load: async () => (await import('./commands/schema.js')).schemaCommand,
  },
  {
    command: 'completion [shell]',
    describe: 'Print what makes the shell complete commands and flags with Tab',
    guide: 'settings',
    load: async () => (await import('./commands/completion.js')).completionCommand,
  },
]

/**
 * The commands as the parser takes them: those that the arguments may mean wholly, of the others what the
 * help shows.
 * @param end takes how the command that was run has ended
 */
export async function commandsFor(
  argv: readonly string[],
  context: CommandContext,
  end: (ending: Ending) => void,
  // oxlint-disable-next-line typescript/no-explicit-any -- yargs types a list of commands with different flags only so
): Promise<CommandModule<object, any>[]> {
  const words = new Set(argv)
  return Promise.all(
    catalogue.map(async ({ command, describe, load }) => {
      if (!words.has(commandName({ command }))) return { command, describe, handler: () => undefined }
      const loaded = await load()
      return {
        ...loaded,
        handler: async (flags: unknown) =>
          end({ code: await run(loaded, flags as GlobalFlags, context), isAnswer: loaded.answers === true }),
      }
    }),
  )
}

/** Flags that name files to read. */
const INPUTS = ['seeds', 'file'] as const

/**
 * What a command reads is no file of the database: a text in the place of its log would be taken for one, and
 * be lost.
 * @throws AppError `bad-usage`
 */
function checkInputs(flags: GlobalFlags & Partial<Record<(typeof INPUTS)[number], unknown>>): void {
  const named = INPUTS.flatMap(flag => flags[flag] ?? []).filter(name => typeof name === 'string')
  const own = named.find(name => name !== '-' && isOfDatabase(name, flags.db))
  if (own !== undefined)
    throw new AppError(
      'bad-usage',
      `${own} belongs to the database; name another file, or another database with --db`,
    )
}

/** An error that nobody foresaw may be the database's fault; what looks into that is loaded only then. */
async function run<F>(
  command: Command<F>,
  flags: F & GlobalFlags,
  context: CommandContext,
): Promise<ExitCode> {
  try {
    checkInputs(flags)
    return await command.run(flags, context)
  } catch (error) {
    if (error instanceof AppError || shortageBehind(error) !== undefined) throw error
    const { damageBehind } = await import('../db/index.js')
    throw damageBehind(error, flags.db)
  }
}
