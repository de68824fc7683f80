import { existsSync } from 'node:fs'

/** Read where it exists in the folder that the program is started in. */
const CONFIG_FILE = 'sora-crawl.yaml'

/** The config file that the arguments, or the folder, name; null if there is none. */
export function configFile(argv: readonly string[]): string | null {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const at = words.findIndex(word => /^--config(=|$)/.test(word))
  if (at === -1) return existsSync(CONFIG_FILE) ? CONFIG_FILE : null
  const named = words[at]?.startsWith('--config=') ? words[at].slice('--config='.length) : words[at + 1]
  // What is missing is the parser's to say.
  return named === undefined || named === '' ? null : named
}
