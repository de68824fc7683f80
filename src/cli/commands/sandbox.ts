import { once } from 'node:events'
import { AppError, ExitCode, messageOf } from '../../errors.js'
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.js'
import { wholeNumber } from '../flags.js'
import { dollars } from '../format.js'
import type { Command } from '../command.js'
import { sandboxFlags, sandboxOptions, type SandboxFlags } from '../with-sandbox.js'

interface Flags extends SandboxFlags {
  port: number
  form: 'native' | 'contract'
  gateway: 'tikomni' | 'tikhub'
}

export const sandboxCommand: Command<Flags> = {
  command: 'sandbox',
  describe: 'Serve the sandbox alone: a local API of the same contract',
  builder: yargs =>
    sandboxFlags(yargs)
      .option('port', {
        type: 'number',
        default: 8787,
        requiresArg: true,
        coerce: wholeNumber('port', 0, 65_535),
        describe: 'The port; 0 for any free one',
      })
      .option('form', {
        choices: ['native', 'contract'] as const,
        default: 'native' as const,
        describe: 'Whose field names payloads have',
      })
      .option('gateway', {
        choices: ['tikomni', 'tikhub'] as const,
        default: 'tikomni' as const,
        describe: 'Whose prefix is shown; both are served',
      })
      .example(
        '$0 sandbox --port 8787 --users 1000 --faults flaky',
        'a larger world behind an unreliable gateway',
      ) as never,
  run: async (flags, { output }) => {
    const { form, gateway, port } = flags
    const sandbox = await start({ ...sandboxOptions(flags), form, gateway, port })
    // Listens before it says that it is there: who waits for that may end it at once.
    const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    output.print(
      `The sandbox is at ${sandbox.url}\n\n  export SORA_API_URL=${sandbox.url}\n  export SORA_API_KEY=${sandbox.key}\n\nCtrl-C ends it.`,
    )
    if (output.isJson) output.note(`The sandbox is at ${sandbox.url}`)
    await ended
    const { requests, microUsd } = sandbox.answered()
    await sandbox.stop()
    output.print(`${requests} requests, ${dollars(microUsd)} on a real gateway.`)
    output.json('sandbox', { url: sandbox.url, requests, cost_usd: microUsd / 1_000_000 })
    return ExitCode.finished
  },
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options)
  } catch (error) {
    throw new AppError('bad-usage', `the sandbox cannot start on port ${options.port}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
