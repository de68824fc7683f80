import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { beforeAll, describe, expect, test } from 'vitest'

import { settings } from '../../src/config.js'
import { dictionary } from '../../src/db/index.js'
import { catalogue, ExitCode } from '../../src/errors.js'
import { ROOT } from './cruise.js'
import { anchorsOf, blocksOf, linksOf, manual, pages, read } from './documents.js'
import { allHelp, type CommandHelp } from './help.js'

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

describe('the README and the guide', () => {
  let commands: CommandHelp[]

  beforeAll(async () => {
    commands = await allHelp()
  })

  test('name every command', () => {
    const names = commands.map(({ name }) => name).filter(name => name !== '')
    expect(names).toEqual(expect.arrayContaining(['crawl', 'status', 'sandbox', 'demo']))
    expect(missingIn(manual(), names)).toEqual([])
    expect(missingIn(read('README.md'), names)).toEqual([])
  })

  test('name every flag of every command', () => {
    const flags = new Set(commands.flatMap(command => command.flags))
    expect([...flags]).toEqual(
      expect.arrayContaining(['--db', '--json', '--collect', '--max-pages', '--port', '--limit']),
    )
    expect(missingIn(manual(), [...flags])).toEqual([])
  })

  test('name every setting', () => {
    expect(missingIn(manual(), Object.keys(settings))).toEqual([])
  })

  test('have a row for every exit code', () => {
    const rows = read('src/guide/output.md').matchAll(/^\| *`?(\d+)`? *\| *\S/gm)
    expect([...rows].map(([, code]) => Number(code))).toEqual(Object.values(ExitCode))
  })

  test('name every table', () => {
    expect(missingIn(manual(), [...dictionary.keys()])).toEqual([])
  })

  test('name no flag that no command has', () => {
    const flags = new Set(commands.flatMap(command => command.flags))
    const named = [...manual().matchAll(/sora-crawl\b[^\n`]*/g)].flatMap(
      ([line]) => line.replace(/\s#.*$/, '').match(/(?<=\s)--[a-z][a-z-]*/g) ?? [],
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(flag => !flags.has(flag))).toEqual([])
  })

  test('lead to files and headings that are there', () => {
    const broken = ['README.md', ...pages].flatMap(page =>
      linksOf(page)
        .filter(
          ({ file, anchor }) =>
            !existsSync(path.join(ROOT, file)) || (anchor !== undefined && !anchorsOf(file).has(anchor)),
        )
        .map(({ written }) => `${page}: ${written}`),
    )
    expect(broken).toEqual([])
  })
})

describe('the README', () => {
  test('is short enough to be read', () => {
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(12 * 1024)
  })

  test('leads to every page of the guide', () => {
    const linked = new Set(linksOf('README.md').map(({ file }) => file))
    expect(pages.filter(page => !linked.has(page))).toEqual([])
  })
})

describe('the guide', () => {
  test.for(pages)('%s has a title, and fits 80 columns but for its tables', page => {
    const text = read(page)
    expect(text).toMatch(/^# \S.*\n\n/)
    const wide = text.split('\n').filter(line => !line.startsWith('|') && line.length > 80)
    expect(wide).toEqual([])
    // Where it is shown, code is indented by two.
    const code = blocksOf(page).flatMap(({ code: lines }) => lines.split('\n'))
    expect(code.filter(line => line.length > 78)).toEqual([])
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

describe('the README of the tests', () => {
  const text = read('test/README.md')
  const tracked = spawnSync('git', ['ls-files', 'test'], { cwd: ROOT, encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n')

  test('has every folder of tests', () => {
    const folders = new Set(tracked.flatMap(file => /^test\/([^/]+)\//.exec(file)?.[1] ?? []))
    expect(folders.size).toBeGreaterThan(10)
    expect([...folders].filter(folder => !text.includes(`\`${folder}/\``))).toEqual([])
  })

  test('has every setting of the tests, and no other', () => {
    const used = tracked
      .filter(file => file.endsWith('.ts') && existsSync(path.join(ROOT, file)))
      .flatMap(file => [
        ...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/process\.env\['([A-Z_]+)'\]/g),
      ])
      .map(([, name]) => String(name))
      .filter(name => name !== 'PATH')
    const rows = text.slice(text.indexOf('## Settings')).matchAll(/^\| (`[^|]+) \|/gm)
    const named = [...rows].flatMap(([, cell]) =>
      [...String(cell).matchAll(/`(\w+)`/g)].map(([, name]) => name),
    )
    expect(named.toSorted()).toEqual([...new Set(used)].toSorted())
  })

  test('names files that are there', () => {
    const files = [...text.matchAll(/`([\w/-]+\.ts)`/g)].map(([, file]) => String(file))
    const homes = ['', 'support/world/']
    expect(files.length).toBeGreaterThan(10)
    expect(files.filter(file => !homes.some(home => tracked.includes(`test/${home}${file}`)))).toEqual([])
  })
})

describe('the pictures of the README', () => {
  const names = [...read('README.md').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, name]) => String(name))

  test('are there, and small', () => {
    expect(names.length).toBe(2)
    for (const name of names) {
      const { size } = statSync(path.join(ROOT, name))
      expect(size).toBeGreaterThan(1_000)
      expect(size).toBeLessThan(300_000)
    }
  })

  test('show commands and flags that there are', async () => {
    const commands = await allHelp()
    const svg = names
      .filter(name => name.endsWith('.svg'))
      .map(read)
      .join('\n')
    const shown = [...svg.matchAll(/>npx sora-crawl (\w+) ([^<]*)</g)]
    expect(shown.length).toBeGreaterThan(1)
    for (const [, name, rest = ''] of shown) {
      const command = commands.find(one => one.name === name)
      expect(command?.flags).toEqual(expect.arrayContaining(rest.match(/--[a-z-]+/g) ?? []))
    }
  })
})
