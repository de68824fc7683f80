import type { CommandModule } from 'yargs'
import type { ExitCode } from '../errors.js'
import type { LogLevel } from '../log.js'
import type { Output } from './output.js'

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const satisfies readonly LogLevel[]

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly db: string
  readonly json: boolean
  readonly logLevel: LogLevel
  readonly noProgress: boolean
}

/** What a command is given beside its flags. */
export interface CommandContext {
  readonly output: Output
  readonly version: string
}

/** A command: its flags, and what it does; resolves to the exit code. */
export interface Command<F> extends Omit<CommandModule<object, F>, 'handler'> {
  /** Whether what it prints is all that it does: then it has failed if that cannot be written. */
  readonly answers?: true
  readonly run: (flags: F & GlobalFlags, context: CommandContext) => Promise<ExitCode>
}
