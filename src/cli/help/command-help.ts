import type { Options } from 'yargs'
import { logLevels, type Command } from '../command.js'
import { describedBy, type Described } from './recorder.js'
import { padded, widthOf, wrap } from './text.js'
import { valueNames } from './value-names.js'

/** Flags that every command takes; the parser is told of the same. */
export const globalOptions = {
  db: {
    type: 'string',
    default: 'data/sora.db',
    describe: 'The database file',
    global: true,
    requiresArg: true,
  },
  config: {
    type: 'string',
    describe: 'A file with defaults for flags [default: sora-crawl.yaml where it exists]',
    global: true,
    requiresArg: true,
  },
  json: {
    type: 'boolean',
    default: false,
    describe: 'Print exactly one JSON value on stdout',
    global: true,
  },
  'log-level': {
    choices: logLevels,
    default: 'warn' as const,
    describe: 'What is logged on stderr',
    global: true,
  },
  'no-progress': { type: 'boolean', default: false, describe: 'Show no progress', global: true },
} as const satisfies Readonly<Record<string, Options>>

const GLOBAL_GROUP = 'Database and output:'
const OWN_GROUP = 'Options:'
/** The widest that the names of flags may stand before what is said of them; wider ones have a line of their own. */
const MOST_NAME = 24

/** How a command is used. @param guide the page of the guide that tells more */
export function commandHelp(
  // oxlint-disable-next-line typescript/no-explicit-any -- commands have different flags, which only they read
  command: Pick<Command<any>, 'command' | 'describe' | 'builder'>,
  guide: string,
  width: number,
): string {
  const described = describedBy(command)
  const usage = String(command.command)
  return [
    `sora-crawl ${usage}`,
    wrap(`${String(command.describe)}.`, width).join('\n'),
    ...groupsOf(described).map(([title, rows]) => `${title}\n${definitions(rows, width)}`),
    `Examples:\n${exampleLines(described.examples, width)}`,
    ...(described.epilogue === '' ? [] : [wrap(described.epilogue, width).join('\n')]),
    `More: sora-crawl help ${guide}`,
  ].join('\n\n')
}

/** A name with what is said of it. */
export type Definition = readonly [name: string, about: string]

/** Names in a column, and beside them what is said of each. */
export function definitions(rows: readonly Definition[], width: number): string {
  const column = Math.max(...rows.map(([name]) => widthOf(name)).filter(own => own <= MOST_NAME), 0)
  return rows
    .map(([name, about]) => {
      const lines = wrap(about, width - column - 4)
      const isLong = widthOf(name) > column
      const first = isLong ? `  ${name}\n${' '.repeat(column + 4)}` : `  ${padded(name, column)}  `
      return first + lines.join(`\n${' '.repeat(column + 4)}`)
    })
    .join('\n')
}

function groupsOf({ positionals, options }: Described): [string, Definition[]][] {
  const groups = new Map<string, Definition[]>()
  const put = (title: string, row: Definition): void =>
    void groups.set(title, [...(groups.get(title) ?? []), row])
  for (const [name, about] of positionals)
    put('Arguments:', [`${name}${about.array === true ? '..' : ''}`, sentence(about)])
  for (const [name, about] of options)
    if (!(name in globalOptions)) put(about.group ?? OWN_GROUP, [flagName(name, about), sentence(about)])
  for (const [name, about] of Object.entries<Options>(globalOptions))
    put(GLOBAL_GROUP, [flagName(name, about), sentence({ ...about, ...defaultOf(options.get(name)) })])
  put(GLOBAL_GROUP, ['--help, -h', 'Show this'])
  return [...groups]
}

const defaultOf = (options: Options | undefined): Options =>
  options?.default === undefined ? {} : { default: options.default as unknown }

function flagName(name: string, about: Options): string {
  if (about.type === 'boolean') return `--${name}`
  return `--${name} ${valueNames[name] ?? (about.type === 'number' ? 'N' : 'VALUE')}`
}

/** What a flag does, what it can be, and what it is if it is not given. */
function sentence(about: Options): string {
  const parts = [
    about.demandOption === true ? 'required' : undefined,
    about.choices === undefined ? undefined : about.choices.join(', '),
    aboutDefault(about),
  ].filter(part => part !== undefined)
  const text = String(about.describe ?? '').replace(/ \[(default: [^\]]*)\]$/, ' ($1)')
  return parts.length === 0 ? text : `${text} (${parts.join('; ')})`
}

function aboutDefault({ type, default: value, defaultDescription }: Options): string | undefined {
  if (defaultDescription !== undefined)
    return defaultDescription === 'none' ? undefined : `default: ${defaultDescription}`
  if (value === undefined || type === 'boolean' || Array.isArray(value)) return undefined
  return `default: ${String(value)}`
}

function exampleLines(examples: Described['examples'], width: number): string {
  return examples
    .flatMap(([line, about]) => [
      ...wrap(line, width - 6).map(
        (part, i, all) => `${i === 0 ? '  ' : '    '}${part}${i < all.length - 1 ? ' \\' : ''}`,
      ),
      ...wrap(about, width - 6).map(part => `      ${part}`),
    ])
    .join('\n')
}
