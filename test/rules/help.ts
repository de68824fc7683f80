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

/** The first words of the list of commands. */
function commandsIn(text: string): string[] {
  const list = /^Commands:\n((?: +\S.*\n)+)/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(([, name]) => name ?? '')
}

function flagsIn(text: string): string[] {
  return [...text.matchAll(/^ {2}(--[a-z][a-z-]*)/gm)].map(([, flag]) => flag ?? '')
}

async function commandHelp(name: string): Promise<CommandHelp> {
  const text = await helpText(name === '' ? [] : [name])
  return { name, text, flags: flagsIn(text) }
}

async function everyHelp(): Promise<CommandHelp[]> {
  const program = await commandHelp('')
  return [program, ...(await Promise.all(commandsIn(program.text).map(commandHelp)))]
}

let asked: Promise<CommandHelp[]> | undefined

/** Every command by its own `--help`; the first, without a name, is the program. Asked for once. */
export async function allHelp(): Promise<CommandHelp[]> {
  asked ??= everyHelp()
  return asked
}
