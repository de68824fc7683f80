import type { Argv } from 'yargs'
import type { ApiSettings } from '../config.js'
import { AppError } from '../errors.js'
import type { FaultName, SandboxOptions } from '../sandbox/index.js'
import { wholeNumber } from './flags.js'

/** The names of what can go wrong, and what each does; said here, too, since the sandbox is loaded only where one is started. */
export const FAULTS: Readonly<Record<FaultName, string>> = {
  calm: 'nothing fails; a few answers are slow',
  flaky: 'an ordinary bad day: some limits, errors and resets',
  rough: 'everything that can go wrong does, every fourth request',
  limited: 'the rate limit bites',
  broken: 'connections break and bodies are cut',
  stale: 'cursors die and pages come empty',
  slow: 'every answer takes hundreds of milliseconds',
}

/** The group in which the help shows them. */
export const SANDBOX_GROUP = 'Sandbox:'

/** Flags that shape the sandbox. */
export interface SandboxFlags {
  users: number
  worldSeed: number
  faults: FaultName | 'none'
}

/** Adds the flags that shape the sandbox. */
export function sandboxFlags(yargs: Argv): Argv {
  return yargs
    .option('users', {
      group: SANDBOX_GROUP,
      type: 'number',
      default: 50,
      requiresArg: true,
      coerce: wholeNumber('users', 1, 1_000_000),
      describe: 'The size of its world',
    })
    .option('world-seed', {
      group: SANDBOX_GROUP,
      type: 'number',
      default: 1,
      requiresArg: true,
      coerce: wholeNumber('world-seed', 0),
      describe: 'Which world',
    })
    .option('faults', {
      group: SANDBOX_GROUP,
      choices: ['none', ...Object.keys(FAULTS)],
      default: 'none',
      requiresArg: true,
      describe: `What goes wrong. ${Object.entries(FAULTS)
        .map(([name, about]) => `${name}: ${about}`)
        .join('. ')}.`,
    })
}

export function sandboxOptions({ users, worldSeed, faults }: SandboxFlags): SandboxOptions {
  if (users > 10_000_000) throw new AppError('bad-usage', '--users takes at most 10000000')
  return { users, seed: worldSeed, faults }
}

/** Starts a sandbox for the time of `work`. */
export async function inSandbox<T>(flags: SandboxFlags, work: (api: ApiSettings) => Promise<T>): Promise<T> {
  const { startSandbox } = await import('../sandbox/index.js')
  const sandbox = await startSandbox(sandboxOptions(flags))
  try {
    return await work({ url: sandbox.url, key: sandbox.key })
  } finally {
    await sandbox.stop()
  }
}
