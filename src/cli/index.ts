import yargs, { type CommandModule } from 'yargs'
import { AppError, ExitCode, messageOf, oneLine } from '../errors.js'
import { VERSION } from '../home.js'
import { catalogue, commandsFor, type Ending } from './catalogue.js'
import { commandName } from './command.js'
import type { Configured } from './config-file.js'
import { configFile } from './config-place.js'
import { helpAsked } from './help/asked.js'
import { globalOptions } from './help/command-help.js'
import { describedBy } from './help/recorder.js'
import { showHelp } from './help/show.js'
import { expandHome } from './home-paths.js'
import { keepIgnoringHangup } from './on-signals.js'
import { Output } from './output.js'
import { shortageBehind } from './shortage.js'
import { explained } from './usage-error.js'

const commandNames: ReadonlySet<string> = new Set(catalogue.map(commandName))

/**
 * The command line. Prints one line for a failure and never a stack trace, unless asked for with `--log-level
 * debug`.
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const config = await configured(argv)
  const output = new Output({ json: asksForJson(config.argv) })
  // The help, too, is an answer.
  let ending: Ending = { code: ExitCode.finished, isAnswer: true }
  try {
    keepIgnoringHangup()
    if (argv.includes('--version') && argv.includes('--verbose')) return await versions(output)
    if ('error' in config) throw config.error
    // What the file names may begin with ~/, too.
    const words = expandHome(config.argv)
    const asked = helpAsked(words, commandNames)
    if (asked !== null) {
      await showHelp(asked.name, catalogue, output)
      return await concluded(ending, output)
    }
    const commands = await commandsFor(
      words,
      { output, version: VERSION, commands: catalogue },
      how => (ending = how),
    )
    await parser(words, commands).parseAsync()
  } catch (error) {
    return report(error, output, config)
  }
  return concluded(ending, output)
}

const asksForJson = (argv: readonly string[]): boolean =>
  argv.some(word => word === '--json' || word === '--json=true')

/** The arguments with what the config file adds; where it cannot be used, they say how that is told. */
async function configured(
  argv: readonly string[],
): Promise<Configured | (Configured & { readonly error: unknown })> {
  try {
    const words = expandHome(argv)
    const file = configFile(words)
    // Whoever asks for help may do so because of the file.
    if (file === null || helpAsked(words, commandNames) !== null) return { argv: words, file: null }
    // What reads it takes longer to load than most commands: only where there is something to read.
    return await (await import('./config-file.js')).withConfig(words, file, catalogue)
  } catch (error) {
    return { argv, file: null, error }
  }
}

/** What a report of a bug has to name. */
async function versions(output: Output): Promise<ExitCode> {
  const { versionText } = await import('./doctor/program.js')
  output.print(versionText(VERSION))
  return concluded({ code: ExitCode.finished, isAnswer: true }, output)
}

/**
 * The exit code, once it is known whether the result has arrived. Work that is done stays done: its code says
 * how it went, and a script that runs again what ended with 4 must not pay for more.
 */
async function concluded({ code, isAnswer }: Ending, output: Output): Promise<ExitCode> {
  const lost = await output.lostResult()
  if (lost === null) return code
  const error = new AppError('output-lost', lost)
  output.failure(error.line)
  return isAnswer && code === ExitCode.finished ? error.exit : code
}

// oxlint-disable-next-line typescript/no-explicit-any -- yargs types a list of commands with different flags only so
function parser(argv: string[], commands: CommandModule<object, any>[]) {
  const cli = yargs(argv)
    .scriptName('sora-crawl')
    .options(globalOptions)
    .parserConfiguration({ 'parse-positional-numbers': false, 'boolean-negation': false })
    .strict()
    .check(onceEach)
    .demandCommand(1, 'Name a command')
    .version(VERSION)
    .alias('version', 'V')
    // Shown by ours, and named here for the shell, which completes it. The parser's own would take the last
    // word "help" for itself, as in `schema help`.
    .help(false)
    .option('help', { alias: 'h', type: 'boolean', describe: 'Show help' })
    .exitProcess(false)
    .fail((message: string | null, error: unknown) => {
      // A message is the parser's; without one, a command has thrown.
      throw message === null || error instanceof AppError
        ? error
        : new AppError('bad-usage', explain(message, argv, commands))
    })
  for (const command of commands) cli.command(command)
  return cli
}

/** What the parser found wrong, with what was most likely meant. */
// oxlint-disable-next-line typescript/no-explicit-any -- commands have different flags, which only they read
function explain(message: string, argv: readonly string[], commands: CommandModule<object, any>[]): string {
  const name = commandIn(argv)
  const command = commands.find(one => commandName({ command: String(one.command) }) === name)
  const own = command?.builder === undefined ? [] : describedBy(command).options.keys()
  const flags = [...own, ...Object.keys(globalOptions), 'help', 'version']
  return explained(message, argv, name, { flags, commands: commandNames })
}

/** The command that the arguments name. */
const commandIn = (argv: readonly string[]): string | null =>
  argv.find(word => commandNames.has(word)) ?? null

/** Flags of commands whose values are lists, given once or more often. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  export: ['format', 'tables', 'graph'],
  import: ['file'],
  coverage: ['stream', 'state'],
}

/** Positionals are lists; a flag that comes twice is a mistake worth a word. */
function onceEach(flags: Record<string, unknown>): true {
  const lists = new Set([
    '_',
    'seed',
    'user',
    ...(LISTS[String((flags['_'] as readonly unknown[])[0])] ?? []),
  ])
  const twice = Object.keys(flags).find(name => Array.isArray(flags[name]) && !lists.has(name))
  if (twice !== undefined) throw new AppError('bad-usage', `--${twice} is given more than once`)
  return true
}

function report(error: unknown, output: Output, { argv, file }: Configured): ExitCode {
  const known = error instanceof AppError ? error : shortageBehind(error)
  const exitCode = known?.exit ?? ExitCode.bug
  const command = commandIn(argv)
  const line =
    (command === null
      ? known?.line
      : known?.line.replace('See `sora-crawl --help`', `See \`sora-crawl ${command} --help\``)) ??
    `Unexpected failure: ${oneLine(messageOf(error))} — this is a bug; run again with --log-level ` +
      'debug to see where.'
  const message = known?.code === 'bad-usage' && file !== null ? `${line} (${file} adds flags)` : line
  output.failure(message)
  if (output.isJson)
    output.json('error', { error: { code: known?.code ?? 'bug', message }, exit_code: exitCode })
  const debug = argv.includes('debug') || argv.includes('--log-level=debug')
  if (known === undefined && debug && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCode
}
