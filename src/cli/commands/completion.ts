import yargs from 'yargs'
import { ExitCode } from '../../errors.js'
import type { Command } from '../command.js'

interface Flags {
  shell?: 'bash' | 'zsh'
}

export const completionCommand: Command<Flags> = {
  command: 'completion [shell]',
  describe: 'Print what makes the shell complete commands and flags with Tab',
  answers: true,
  builder: parser =>
    parser
      .positional('shell', { choices: ['bash', 'zsh'] as const, describe: 'The shell; else that of $SHELL' })
      .example('$0 completion >> ~/.bashrc', 'for bash; it works in the next shell')
      .example('$0 completion zsh >> ~/.zshrc', 'for zsh') as never,
  run: async ({ shell }, { output }) => {
    const script = scriptFor(shell)
    output.print(script.trimEnd())
    output.json('completion', { script })
    return ExitCode.finished
  },
}

/** The parser's own script, which asks this program what can come next. It looks at $SHELL for the shell. */
function scriptFor(shell: Flags['shell']): string {
  const before = { SHELL: process.env['SHELL'], ZSH_NAME: process.env['ZSH_NAME'] }
  if (shell !== undefined) {
    process.env['SHELL'] = shell
    delete process.env['ZSH_NAME']
  }
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => void lines.push(line)
  try {
    yargs().scriptName('sora-crawl').completion('completion').showCompletionScript()
  } finally {
    console.log = log
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  return `${lines.join('\n')}\n`
}
