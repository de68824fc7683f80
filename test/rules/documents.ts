/** The documents that people read, for tests that hold them to the program. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { ROOT } from './cruise.js'

const GUIDE = 'src/guide'

/** The pages of the guide, as paths in the project. */
export const pages: readonly string[] = readdirSync(path.join(ROOT, GUIDE))
  .toSorted()
  .map(name => `${GUIDE}/${name}`)

/** The text of a document; a test of one that is missing says so, and not that a word is missing in it. */
export function read(name: string): string {
  const file = path.join(ROOT, name)
  if (!existsSync(file)) throw new Error(`${name} has not been written`)
  return readFileSync(file, 'utf8')
}

/** The README and the guide, as one text. */
export function manual(): string {
  return ['README.md', ...pages].map(read).join('\n')
}

export interface Block {
  /** The page that it stands on, and the line of its first line there. */
  readonly page: string
  readonly line: number
  /** `sh`, `sql`, `ini` …; empty for what a program prints. */
  readonly language: string
  readonly code: string
}

/** The blocks of code of a document. */
export function blocksOf(page: string): Block[] {
  const text = read(page)
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language = '', code = ''], _n, _all) => ({
      page,
      line: text.slice(0, text.indexOf(code)).split('\n').length,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd(),
    }),
  )
}

export interface Link {
  readonly written: string
  /** A path in the project. */
  readonly file: string
  readonly anchor: string | undefined
}

/** The links of a document to files of the project, and to places in itself. */
export function linksOf(page: string): Link[] {
  const prose = read(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, written = '']) => written)
    .filter(written => !/^[a-z]+:/.test(written))
    .map(written => {
      const [file = '', anchor] = written.split('#')
      const place = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
      return { written, file: place, anchor }
    })
}

/** The names by which GitHub links to the headings of a document. */
export function anchorsOf(page: string): Set<string> {
  return new Set(
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}
