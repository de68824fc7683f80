/** What the built program says of itself, so that documentation can be held against it. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { ROOT } from './cruise.js'

const PROGRAM = path.join(ROOT, 'dist/main.js')

export interface CommandHelp {
  readonly name: string
  readonly text: string
  /** With their dashes. */
  readonly flags: readonly string[]
}

async function helpText(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args, '--help'], { cwd: ROOT })
  return stdout
}

/** The words after "sora-crawl" in the list of commands; a command may have commands of its own. */
function commandsIn(text: string, above: readonly string[]): string[] {
  const list = /^Commands:\n((?: +\S.*\n)+)/m.exec(text)?.[1] ?? ''
  const prefix = ['sora-crawl', ...above].join(' ')
  return [...list.matchAll(new RegExp(`^ +${prefix} ([a-z][a-z-]*)\\b`, 'gm'))].map(([, name]) => name ?? '')
}

function flagsIn(text: string): string[] {
  const list = text.slice(text.indexOf('\nOptions:\n'))
  return [...list.matchAll(/^ +(?:-\w, )?(--[a-z][a-z-]*)/gm)].map(([, flag]) => flag ?? '')
}

async function commandHelp(words: readonly string[]): Promise<CommandHelp[]> {
  const text = await helpText(words)
  const own = { name: words.join(' '), text, flags: flagsIn(text) }
  const below = await Promise.all(commandsIn(text, words).map(name => commandHelp([...words, name])))
  return [own, ...below.flat()]
}

let asked: Promise<CommandHelp[]> | undefined

/** Every command by its own `--help`; the first, without a name, is the program. Asked for once. */
export async function allHelp(): Promise<CommandHelp[]> {
  asked ??= commandHelp([])
  return asked
}
