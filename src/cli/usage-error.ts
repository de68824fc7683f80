import { perhaps } from '../nearest.js'

/** Flags that other programs have, and what does that here, by command. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crawl: { '--dry-run': '`plan` instead of `crawl` says what the same would cost, and sends nothing' },
}

/**
 * What the parser says, in the words of whoever typed it, and with the name that was most likely meant.
 * @param argv the arguments
 * @param command the name of the command that they name; null if they name none
 * @param flags those that this command takes, without dashes
 */
export function explained(
  message: string,
  argv: readonly string[],
  command: string | null,
  known: { readonly flags: Iterable<string>; readonly commands: Iterable<string> },
): string {
  const choice = /Argument: ([\w-]+), Given: "(.*)", Choices: (.*)/.exec(message)
  if (choice !== null) return badChoice(choice[1] ?? '', choice[2] ?? '', choice[3] ?? '')
  const [what = '', names] = message.split(': ')
  if (names === undefined || !what.startsWith('Unknown')) return message
  const unknown = new Set(names.split(', '))
  const typed = argv
    .map(word => word.replace(/=.*$/, ''))
    .filter(word => unknown.has(word.replace(/^-+/, '')))
  const first = typed[0] ?? names
  if (command === null && !first.startsWith('-'))
    return `there is no command "${first}"${perhaps(first, known.commands)}`
  const elsewhere = ELSEWHERE[command ?? '']?.[first]
  if (elsewhere !== undefined) return `${what}: ${first}; ${elsewhere}`
  const hint = first.startsWith('-') ? perhaps(first.replace(/^-+/, ''), known.flags, '--') : ''
  return `${what}: ${typed.length === 0 ? names : typed.join(', ')}${hint}`
}

function badChoice(flag: string, given: string, choices: string): string {
  const names = choices.split(', ').map(choice => choice.replaceAll('"', ''))
  return `--${flag}: there is no "${given}"; there are ${names.join(', ')}${perhaps(given, names)}`
}
