import { ExitCode } from '../../errors.js'
import type { Command } from '../command.js'
import { showHelp } from '../help/show.js'

interface Flags {
  topic?: string
}

export const helpCommand: Command<Flags> = {
  command: 'help [topic]',
  describe: 'Show how a command is used, or a page of the guide',
  answers: true,
  builder: yargs =>
    yargs
      .positional('topic', { type: 'string', describe: 'A command, or a topic of the guide' })
      .example('$0 help', 'all commands and topics')
      .example('$0 help crawl', 'the flags of a command')
      .example('$0 help money', 'a page of the guide, in $PAGER (else less) on a terminal') as never,
  run: async ({ topic }, { commands, output }) => {
    await showHelp(topic ?? null, commands, output)
    return ExitCode.finished
  },
}
