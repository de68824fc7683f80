import { definitions, type Definition } from './command-help.js'
import type { Topic } from './topics.js'
import { wrap } from './text.js'

const ABOUT =
  'Collects posts, users, comments and their networks from the Sora2 API into SQLite: nothing lost, ' +
  'nothing paid twice.'

const EXIT_CODES =
  'Exit codes: 0 finished, 2 usage, 3 some streams failed, 4 stopped early (the same command continues), ' +
  '5 key refused, 6 database in use.'

/** What the program can do: its commands and the topics of the guide. */
export function programHelp(
  commands: readonly { readonly command: string; readonly describe: string }[],
  topics: readonly Topic[],
  width: number,
): string {
  return [
    'sora-crawl COMMAND',
    wrap(ABOUT, width).join('\n'),
    `Commands:\n${definitions(
      commands.map(({ command, describe }): Definition => [command, describe]),
      width,
    )}`,
    `Topics of the guide:\n${definitions(
      topics.map(({ name, title }): Definition => [name, title]),
      width,
    )}`,
    `Options:\n${definitions(
      [
        ['--help, -h', 'How a command is used: `sora-crawl crawl --help`, or `sora-crawl help crawl`'],
        ['--version, -V', 'Which version this is'],
        ['--verbose', 'With --version: the versions of all that it runs on'],
      ],
      width,
    )}`,
    `Examples:\n${definitions(
      [
        ['sora-crawl demo', 'A first crawl, of the built-in sandbox'],
        ['sora-crawl help money', 'A page of the guide'],
      ],
      width,
    )}`,
    wrap(EXIT_CODES, width).join('\n'),
  ].join('\n\n')
}
