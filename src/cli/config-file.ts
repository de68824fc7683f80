/* The config file: defaults for the flags of commands. */
import { parse } from 'yaml'
import type { Options } from 'yargs'
import * as z from 'zod'
import { AppError, messageOf } from '../errors.js'
import { perhaps } from '../nearest.js'
import { readTextFile } from '../text-file.js'
import { commandName, type Listed } from './command.js'
import { globalOptions } from './help/command-help.js'
import { describedBy } from './help/recorder.js'

/** The section for every command that has the flag. */
const EVERY = 'all'
/** Flags whose values may hold commas, and that are given once for each value. */
const REPEATED: ReadonlySet<string> = new Set(['param', 'seed'])
/** What says which file it is cannot stand in it. */
const NOT_IN_IT: ReadonlySet<string> = new Set(['config', 'help', 'version'])

/** The arguments with the defaults of a config file. */
export interface Configured {
  readonly argv: readonly string[]
  /** The file that gave some of them; null if none did. */
  readonly file: string | null
}

const scalar = z.union([z.string(), z.number(), z.boolean()])
const flagValue = z.union([scalar, z.array(z.union([z.string(), z.number()]))])
const sections = z.record(z.string(), z.record(z.string(), flagValue).nullable()).nullable()
type FlagValue = z.infer<typeof flagValue>
type Flags = ReadonlyMap<string, Options>

/**
 * Puts what the config file says behind the command's name, for flags that are not given.
 * @throws AppError `bad-usage` naming the file, and the place in it that cannot be used
 */
export async function withConfig(
  argv: readonly string[],
  file: string,
  commands: readonly Listed[],
): Promise<Configured> {
  const nothing = { argv, file: null }
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const at = argv.slice(0, end).findIndex(word => commands.some(one => commandName(one) === word))
  const command = commands.find(one => commandName(one) === argv[at])
  if (command === undefined || argv.includes('--get-yargs-completions')) return nothing
  const given = new Set(argv.slice(0, end).flatMap(word => plainName(/^--([^=]+)/.exec(word)?.[1] ?? '')))
  const defaults = await defaultsFor(command, commands, file)
  const words = defaults
    .filter(([flag]) => !given.has(plainName(flag)))
    .flatMap(([flag, value]) => wordsOf(flag, value))
  if (words.length === 0) return nothing
  return { argv: [...argv.slice(0, at + 1), ...words, ...argv.slice(at + 1)], file }
}

/** A flag as it may be written: `--max-cost` is `--maxCost`, too. */
const plainName = (flag: string): string => flag.replaceAll('-', '').toLowerCase()

function wordsOf(flag: string, value: FlagValue): string[] {
  if (value === false) return []
  if (value === true) return [`--${flag}`]
  if (!Array.isArray(value)) return [`--${flag}=${value}`]
  return REPEATED.has(flag) ? value.map(one => `--${flag}=${one}`) : [`--${flag}=${value.join(',')}`]
}

async function defaultsFor(
  command: Listed,
  commands: readonly Listed[],
  file: string,
): Promise<[string, FlagValue][]> {
  const config = readConfig(file)
  const names = [EVERY, ...commands.map(commandName)]
  const unknown = Object.keys(config).find(name => !names.includes(name))
  if (unknown !== undefined) throw problem(file, `there is no command "${unknown}"${perhaps(unknown, names)}`)
  const own = config[commandName(command)] ?? {}
  const shared = config[EVERY] ?? {}
  const flags = await flagsOf(command)
  for (const flag of Object.keys(own)) checkFlag(file, commandName(command), flag, flags)
  const elsewhere = Object.keys(shared).filter(flag => !flags.has(flag))
  if (elsewhere.length > 0) await checkShared(file, elsewhere, commands)
  const asked = { ...shared, ...own }
  return Object.entries(asked).filter(([flag]) => flags.has(flag))
}

function readConfig(file: string): Readonly<Record<string, Readonly<Record<string, FlagValue>> | null>> {
  let value: unknown
  try {
    value = parse(readTextFile(file, { strict: true }))
  } catch (cause) {
    throw problem(file, messageOf(cause).split('\n')[0] ?? '', cause)
  }
  const read = sections.safeParse(value)
  if (read.success) return read.data ?? {}
  const [issue] = read.error.issues
  const place = issue?.path.join('.') ?? ''
  throw problem(
    file,
    `${place === '' ? 'it' : place} is no ${(issue?.path.length ?? 0) > 1 ? 'value of a flag' : 'map of flags'}: it has commands, and below each its flags, such as "crawl:" and below it "  max-cost: 20"`,
  )
}

function checkFlag(file: string, section: string, flag: string, flags: Flags): void {
  if (flags.has(flag)) return
  throw problem(file, `${section}.${flag}: there is no flag --${flag}${perhaps(flag, flags.keys(), '--')}`)
}

/** A flag for all commands is one that some command has. */
async function checkShared(
  file: string,
  flags: readonly string[],
  commands: readonly Listed[],
): Promise<void> {
  const all = new Map<string, Options>()
  for (const command of commands) for (const [flag, about] of await flagsOf(command)) all.set(flag, about)
  for (const flag of flags) checkFlag(file, EVERY, flag, all)
}

/** The flags that a config file may set for a command. */
export async function flagsOf(command: Listed): Promise<Flags> {
  const all = [...Object.entries<Options>(globalOptions), ...describedBy(await command.load()).options]
  return new Map(all.filter(([flag]) => !NOT_IN_IT.has(flag)))
}

const problem = (file: string, what: string, cause?: unknown): AppError =>
  new AppError('bad-usage', `the config file ${file}: ${what}`, { cause })

/** The schema of a config file: a map of flags for each command, and for all. */
export async function configSchema(commands: readonly Listed[]): Promise<z.ZodType> {
  const own = await Promise.all(
    commands.map(async command => [commandName(command), await flagsOf(command)] as const),
  )
  const every = new Map(own.flatMap(([, flags]) => [...flags]))
  const shape = [[EVERY, every] as const, ...own].map(([name, flags]) => [name, sectionOf(flags).optional()])
  return z
    .strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>)
    .describe('Defaults for the flags of commands; "all" is for each that has the flag')
}

function sectionOf(flags: Flags): z.ZodType {
  const shape = [...flags].map(([flag, about]) => [
    flag,
    typeOf(about)
      .optional()
      .describe(String(about.describe ?? '')),
  ])
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>)
}

function typeOf({ type, choices }: Options): z.ZodType {
  if (choices !== undefined) return z.enum(choices.map(String))
  if (type === 'boolean') return z.boolean()
  if (type === 'number') return z.number()
  return z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
}
