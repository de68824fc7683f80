/** What help is asked for: of the program, or of what has this name. */
export interface AskedHelp {
  readonly name: string | null
}

/**
 * Whether help is asked for, by `--help` or `-h` anywhere, by `help`, or by saying nothing at all.
 * @param commands the names of all commands
 * @returns null if it is not
 */
export function helpAsked(argv: readonly string[], commands: ReadonlySet<string>): AskedHelp | null {
  if (argv.length === 0) return { name: null }
  // The shell asks what can come next.
  if (argv.includes('--get-yargs-completions')) return null
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const command = words.find(word => commands.has(word)) ?? null
  if (words.includes('--help') || words.includes('-h')) return { name: command }
  // What a flag takes is no topic: the parser tells them apart.
  if (command !== 'help' || words.some(word => word.startsWith('-') && word !== '--json')) return null
  const names = words.filter(word => !word.startsWith('-') && word !== 'help')
  // More than one is for the parser to refuse; of a schedule, `help schedule crawl` means the schedule.
  return names.length > 1 && names[0] !== 'schedule' ? null : { name: names[0] ?? null }
}
