import type { CommandModule } from 'yargs'
import type { ExitCode } from '../errors.js'
import type { LogLevel } from '../log.js'
import type { Output } from './output.js'

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const satisfies readonly LogLevel[]

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly db: string
  readonly config?: string
  readonly json: boolean
  readonly logLevel: LogLevel
  readonly noProgress: boolean
}

/** What a command is given beside its flags. */
export interface CommandContext {
  readonly output: Output
  readonly version: string
  /** All commands, for the help. */
  readonly commands: readonly Listed[]
}

/** A command: its flags, and what it does; resolves to the exit code. */
export interface Command<F> extends Omit<CommandModule<object, F>, 'handler'> {
  /** Whether what it prints is all that it does: then it has failed if that cannot be written. */
  readonly answers?: true
  readonly run: (flags: F & GlobalFlags, context: CommandContext) => Promise<ExitCode>
}

/** A command as it is listed; the rest of it is loaded when it is named. */
export interface Listed {
  readonly command: string
  readonly describe: string
  /** The page of the guide that tells more. */
  readonly guide: string
  // oxlint-disable-next-line typescript/no-explicit-any -- commands have different flags, which only they read
  load(): Promise<Command<any>>
}

/** The name by which a command is called. */
export const commandName = ({ command }: Pick<Listed, 'command'>): string => command.replace(/ .*/, '')
