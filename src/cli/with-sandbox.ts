import type { Argv } from 'yargs'
import type { ApiSettings } from '../config.js'
import { AppError } from '../errors.js'
import type { FaultName, SandboxOptions } from '../sandbox/index.js'
import { wholeNumber } from './flags.js'

/** Named here, too, since the sandbox is loaded only where one is started. */
const FAULTS: Readonly<Record<FaultName, true>> = {
  calm: true,
  flaky: true,
  rough: true,
  limited: true,
  broken: true,
  stale: true,
  slow: true,
}

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
      type: 'number',
      default: 50,
      requiresArg: true,
      coerce: wholeNumber('users', 1, 1_000_000),
      describe: 'Sandbox: the size of its world',
    })
    .option('world-seed', {
      type: 'number',
      default: 1,
      requiresArg: true,
      coerce: wholeNumber('world-seed', 0),
      describe: 'Sandbox: which world',
    })
    .option('faults', {
      choices: ['none', ...Object.keys(FAULTS)],
      default: 'none',
      requiresArg: true,
      describe: 'Sandbox: what goes wrong',
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
