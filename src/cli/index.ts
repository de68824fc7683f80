import yargs, { type CommandModule } from 'yargs'
import { AppError, ExitCode, messageOf, oneLine } from '../errors.js'
import { VERSION } from '../home.js'
import { commandsFor, type Ending } from './catalogue.js'
import { logLevels } from './command.js'
import { expandHome } from './home-paths.js'
import { keepIgnoringHangup } from './on-signals.js'
import { Output } from './output.js'
import { shortageBehind } from './shortage.js'

/**
 * The command line. Prints one line for a failure and never a stack trace, unless asked for with `--log-level
 * debug`.
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const output = new Output({ json: argv.some(word => word === '--json' || word === '--json=true') })
  // The help, too, is an answer.
  let ending: Ending = { code: ExitCode.finished, isAnswer: true }
  try {
    keepIgnoringHangup()
    checkFolder()
    const words = expandHome(argv)
    const commands = await commandsFor(words, { output, version: VERSION }, how => (ending = how))
    await parser(words, commands).parseAsync()
  } catch (error) {
    return report(error, output, argv)
  }
  return concluded(ending, output)
}

/**
 * Every relative name, and Node itself, needs the folder that the program was started in. @throws AppError
 * `bad-usage`
 */
function checkFolder(): void {
  try {
    process.cwd()
  } catch (cause) {
    throw new AppError(
      'bad-usage',
      'the folder that it was started in does not exist any more; change to one that does',
      { cause },
    )
  }
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
    .usage(
      '$0 <command>\n\nCollects posts, users, comments and their networks from the Sora2 API into SQLite:\nnothing lost, nothing paid twice.',
    )
    .option('db', {
      type: 'string',
      default: 'data/sora.db',
      describe: 'The database file',
      global: true,
      requiresArg: true,
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Print exactly one JSON value on stdout',
      global: true,
    })
    .option('log-level', {
      choices: logLevels,
      default: 'warn' as const,
      describe: 'What is logged on stderr',
      global: true,
    })
    .option('no-progress', { type: 'boolean', default: false, describe: 'Show no progress', global: true })
    .parserConfiguration({ 'parse-positional-numbers': false, 'boolean-negation': false })
    .strict()
    .check(onceEach)
    .demandCommand(1, 'Name a command')
    .version(VERSION)
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 80))
    .exitProcess(false)
    .fail((message: string | null, error: unknown) => {
      // A message is the parser's; without one, a command has thrown.
      throw message === null || error instanceof AppError
        ? error
        : new AppError('bad-usage', asTyped(message, argv))
    })
    .epilogue(
      'Exit codes: 0 finished, 2 usage, 3 some streams failed, 4 stopped early (the same command ' +
        'continues), 5 key refused, 6 database in use.',
    )
  for (const command of commands) cli.command(command)
  return cli
}

/** The parser names an unknown flag twice, bare and in camel case; this names it as it was typed. */
function asTyped(message: string, argv: readonly string[]): string {
  const [what, names] = message.split(': ')
  if (names === undefined || what?.startsWith('Unknown') !== true) return message
  const unknown = new Set(names.split(', '))
  const typed = argv
    .map(word => word.replace(/=.*$/, ''))
    .filter(word => unknown.has(word.replace(/^-+/, '')))
  return `${what}: ${typed.join(', ')}`
}

/** Flags of commands whose values are lists, given once or more often. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  export: ['format', 'tables', 'graph'],
  import: ['file'],
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

function report(error: unknown, output: Output, argv: readonly string[]): ExitCode {
  const known = error instanceof AppError ? error : shortageBehind(error)
  const exitCode = known?.exit ?? ExitCode.bug
  const line =
    known?.line ??
    `Unexpected failure: ${oneLine(messageOf(error))} — this is a bug; run again with --log-level ` +
      'debug to see where.'
  output.failure(line)
  if (output.isJson)
    output.json({ error: { code: known?.code ?? 'bug', message: line }, exit_code: exitCode })
  const debug = argv.includes('debug') || argv.includes('--log-level=debug')
  if (known === undefined && debug && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCode
}
