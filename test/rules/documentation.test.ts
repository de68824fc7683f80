import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { beforeAll, describe, expect, test } from 'vitest'

import { settings } from '../../src/config.js'
import { dictionary } from '../../src/db/index.js'
import { catalogue, ExitCode } from '../../src/errors.js'
import { ROOT } from './cruise.js'
import { allHelp, type CommandHelp } from './help.js'

/** The text of a document; a test of one that is missing says so, and not that a word is missing in it. */
function read(name: string): string {
  const file = path.join(ROOT, name)
  if (!existsSync(file)) throw new Error(`${name} has not been written`)
  return readFileSync(file, 'utf8')
}

/** Those that a text does not show as code: in backticks or in a block of code. */
function missingIn(text: string, words: readonly string[]): string[] {
  const code = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)]
    .map(([, block, inline]) => block ?? inline ?? '')
    .join('\n')
  return words.filter(word => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(code))
}

describe('the check for what is missing', () => {
  test.for([
    ['`--depth N`', '--depth', true],
    ['```sh\nsora-crawl feed --depth 1\n```', '--depth', true],
    ['--depth in plain words', '--depth', false],
    ['`--depth-first`', '--depth', false],
    ['`pages_read`', 'pages', false],
    ['`plan` sends nothing', 'plan', true],
  ] as const)('%j shows %s: %s', ([text, word, shown]) => {
    expect(missingIn(text, [word])).toEqual(shown ? [] : [word])
  })
})

describe('the README', () => {
  let commands: CommandHelp[]

  beforeAll(async () => {
    commands = await allHelp()
  })

  test('names every command', () => {
    const names = commands.map(({ name }) => name).filter(name => name !== '')
    expect(names).toEqual(expect.arrayContaining(['crawl', 'status', 'sandbox', 'demo']))
    expect(missingIn(read('README.md'), names)).toEqual([])
  })

  test('names every flag of every command', () => {
    const flags = new Set(commands.flatMap(command => command.flags))
    expect([...flags]).toEqual(
      expect.arrayContaining(['--db', '--json', '--collect', '--max-pages', '--port', '--limit']),
    )
    expect(missingIn(read('README.md'), [...flags])).toEqual([])
  })

  test('names every setting', () => {
    expect(missingIn(read('README.md'), Object.keys(settings))).toEqual([])
  })

  test('has a row for every exit code', () => {
    const rows = read('README.md').matchAll(/^\| *`?(\d+)`? *\| *\S/gm)
    expect([...rows].map(([, code]) => Number(code))).toEqual(expect.arrayContaining(Object.values(ExitCode)))
  })

  test('names every table', () => {
    expect(missingIn(read('README.md'), [...dictionary.keys()])).toEqual([])
  })

  test('names no flag that no command has', () => {
    const flags = new Set(commands.flatMap(command => command.flags))
    const named = [...read('README.md').matchAll(/sora-crawl\b[^\n`]*/g)].flatMap(
      ([line]) => line.replace(/\s#.*$/, '').match(/(?<=\s)--[a-z][a-z-]*/g) ?? [],
    )
    expect(named.filter(flag => !flags.has(flag))).toEqual([])
  })
})

describe('--help', () => {
  test('of every command has an example', async () => {
    const commands = (await allHelp()).filter(({ name }) => name !== '')
    expect(
      commands.filter(({ text }) => !/^Examples:\n +sora-crawl /m.test(text)).map(({ name }) => name),
    ).toEqual([])
  })

  test('of the program names every exit code of an error', async () => {
    const [program] = await allHelp()
    const codes = new Set(Object.values(catalogue).map(({ exit }) => exit))
    const named = new Set(
      program?.text
        .split('Exit codes:')[1]
        ?.match(/\b\d\b/g)
        ?.map(Number),
    )
    expect([...codes].filter(code => !named.has(code))).toEqual([])
  })
})

describe('data/DICTIONARY.md', () => {
  test('has a part for every table, and in it a row for every column', () => {
    const parts = new Map(
      read('data/DICTIONARY.md')
        .split(/^#+ /m)
        .map(part => [/^`?(\w+)`?/.exec(part)?.[1] ?? '', part]),
    )
    const missing = [...dictionary].flatMap(([table, { columns }]) => {
      const part = parts.get(table)
      if (part === undefined) return [table]
      return Object.keys(columns)
        .filter(column => !new RegExp(`^\\| *\`${column}\` *\\|`, 'm').test(part))
        .map(column => `${table}.${column}`)
    })
    expect(missing).toEqual([])
  })

  test('is what `npm run dictionary` writes', () => {
    const { status, stderr } = spawnSync(process.execPath, ['.config/write-dictionary.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('every dependency', () => {
  test('has a sentence in src/README.md', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter(
      name => !name.startsWith('@types/'),
    )
    const lines = read('src/README.md').split('\n')
    const isTold = (name: string): boolean =>
      lines.some(line => line.includes(`\`${name}\``) && line.split(/\s+/).length >= 6)
    expect(names.filter(name => !isTold(name))).toEqual([])
  })
})

describe('decision records', () => {
  test('have numbers of their own, without a gap, and bear them in their titles', () => {
    const names = readdirSync(path.join(ROOT, 'src/decisions')).toSorted()
    const numbers = names.map((_, n) => String(n + 1).padStart(4, '0'))
    expect(names.map(name => name.slice(0, 4))).toEqual(numbers)
    expect(names.map(name => read(`src/decisions/${name}`).slice(2, 6))).toEqual(numbers)
  })
})
