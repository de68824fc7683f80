import { homedir } from 'node:os'
import { AppError } from '../errors.js'

/** Flags whose values are paths. */
export const PATH_FLAGS: readonly string[] = ['config', 'db', 'file', 'key-file', 'out', 'seeds']

/**
 * Shells read `~/` at the beginning of a word as the home folder, but not behind `--db=`, in quotes, or where
 * there is no shell. Read here for every flag that takes a path, it means the same everywhere.
 * @throws AppError `bad-usage` for `~name/`, which only shells know
 */
export function expandHome(argv: readonly string[], home = homedir()): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((word, index) => {
    const [, flag, value] = /^--([a-z-]+)=(~.*)$/s.exec(word) ?? []
    if (index < end && flag !== undefined && value !== undefined)
      return PATH_FLAGS.includes(flag) ? `--${flag}=${inHome(flag, value, home)}` : word
    const before = argv[index - 1]?.replace(/^--/, '') ?? ''
    return index < end &&
      word.startsWith('~') &&
      argv[index - 1] === `--${before}` &&
      PATH_FLAGS.includes(before)
      ? inHome(before, word, home)
      : word
  })
}

function inHome(flag: string, value: string, home: string): string {
  if (value === '~' || value.startsWith('~/')) return home + value.slice(1)
  throw new AppError(
    'bad-usage',
    `--${flag} ${value.replace(/\/.*/s, '')}: only ~/, your own home folder, is understood; write ./${value} for a file of that name`,
  )
}
