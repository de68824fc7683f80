import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { ROOT } from './cruise.js'

interface Package {
  readonly bin: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
  readonly files: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly resolved?: string; readonly hasInstallScript?: boolean; readonly version?: string }
    >
  >
}

const packageJson = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Package
const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock

describe('what is installed', () => {
  test('better-sqlite3 alone may run its install script', () => {
    expect(Object.keys(packageJson.allowScripts).filter(name => packageJson.allowScripts[name])).toEqual([
      'better-sqlite3',
    ])
  })

  test('every package that has an install script is allowed or refused by name', () => {
    const withScript = Object.entries(lock.packages).filter(
      ([, { hasInstallScript }]) => hasInstallScript === true,
    )
    const names = new Set(withScript.map(([place]) => place.replace(/^.*node_modules\//, '')))
    names.delete('fsevents') // macOS only, and it brings its binary with it
    expect([...names].filter(name => !(name in packageJson.allowScripts))).toEqual([])
    expect([...names]).toContain('better-sqlite3')
  })

  test('the lock file names no host to fetch from', () => {
    expect(
      Object.entries(lock.packages).filter(
        ([, { resolved }]) => resolved !== undefined && /^[a-z+]+:/.test(resolved),
      ),
    ).toEqual([])
  })

  test('every dependency is one version, and the lock file has that one', () => {
    const wanted = { ...packageJson.dependencies, ...packageJson.devDependencies }
    const locked = Object.fromEntries(
      Object.keys(wanted).map(name => [name, lock.packages[`node_modules/${name}`]?.version]),
    )
    expect(locked).toEqual(wanted)
  })

  test('there is one copy of better-sqlite3, so that drizzle-kit and the program use the same', () => {
    expect(
      Object.keys(lock.packages).filter(place => place.endsWith('node_modules/better-sqlite3')),
    ).toHaveLength(1)
  })
})

describe('the migrations', () => {
  test(
    'keep rows with a key of several columns in the order of that key: run `npm run migration`, ' +
      'which sees to it',
    () => {
      const folder = path.join(ROOT, 'migrations')
      const sql = readdirSync(folder)
        .filter(name => name.endsWith('.sql'))
        .map(name => readFileSync(path.join(folder, name), 'utf8'))
        .join('\n')
      const tables = sql.match(/^CREATE TABLE [^;]*;/gm) ?? []
      expect(tables.length).toBeGreaterThan(10)
      expect(
        tables.filter(table => table.includes('PRIMARY KEY(') !== table.includes('WITHOUT ROWID')),
      ).toEqual([])
    },
  )
})

interface Text {
  readonly name: string
  readonly lines: readonly string[]
}

/** The files that git has or would take, as text. */
function trackedTexts(): Text[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const files = [...new Set(listed.split('\0'))].filter(
    name => name !== '' && existsSync(path.join(ROOT, name)),
  )
  return files
    .filter(name => !/\.(gz|png)$/.test(name) && lstatSync(path.join(ROOT, name)).isFile())
    .map(name => ({ name, lines: readFileSync(path.join(ROOT, name), 'utf8').split('\n') }))
}

function linesWith(pattern: RegExp, texts: readonly Text[]): string[] {
  return texts.flatMap(({ name, lines }) =>
    lines.flatMap((line, i) =>
      pattern.test(line) ? [`${name}:${i + 1}: ${line.trim().slice(0, 120)}`] : [],
    ),
  )
}

/** Folders of somebody's machine; `/home/node` and the like in an example would be, too. */
const MACHINE_PATH = /(?<![\w.~-])\/(?:work|farm|root|home\/\w+|Users\/\w+|mnt\/\w+)\/[\w.]/
/** What a line of a program says, without the strings that it handles. */
function withoutStrings(line: string): string {
  return /^\s*(\/?\*|\/\/)/.test(line) ? line : line.replaceAll(/'(?:[^'\\]|\\.)*'/g, "''")
}

/**
 * `#12`, `GH-12`, `issues/12`: they mean something on one host only. Colours (`#123456`) and `&#39;` are
 * others.
 */
const ISSUE_NUMBER = /(?<![\w&/#'"])#\d{1,5}(?![\w-])|\bGH-\d+\b|\b(?:issues|pull)\/\d+\b/

describe('tracked files', () => {
  const texts = trackedTexts()
  const ownTest = (name: string): boolean => name.endsWith('rules/repository.test.ts')
  const read = texts.filter(({ name }) => name !== 'package-lock.json' && !ownTest(name))

  test('are found', () => {
    expect(texts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['package.json', 'src/main.ts', 'tsconfig.json']),
    )
  })

  test('name no folder of the machine where they were written', () => {
    expect(linesWith(MACHINE_PATH, read)).toEqual([])
  })

  test('name no issue by its number', () => {
    const said = read.map(({ name, lines }) => ({
      name,
      lines: /\.[cm]?[jt]s$/.test(name) ? lines.map(withoutStrings) : lines,
    }))
    expect(linesWith(ISSUE_NUMBER, said)).toEqual([])
  })

  test.for(['see /work/shared/a.md', 'cd /home/sam/sora', '"/root/x"'])(
    'the search finds a folder of a machine in: %s',
    line => {
      expect(line).toMatch(MACHINE_PATH)
    },
  )

  test.for(['https://example.org/work/page', 'data/network/x', '~/work/x'])('and none in: %s', line => {
    expect(line).not.toMatch(MACHINE_PATH)
  })

  test.for(['fixes #12', '// see (#7)', 'see issues/12', 'GH-3'])(
    'the search finds an issue in: %s',
    line => {
      expect(withoutStrings(line)).toMatch(ISSUE_NUMBER)
    },
  )

  test.for(['color: #123456; &#39; #fff', "const name = 'sam #1'", 'this.#count = 12'])(
    'and none in: %s',
    line => {
      expect(withoutStrings(line)).not.toMatch(ISSUE_NUMBER)
    },
  )
})

describe('the package', () => {
  test('has a command, which is a program', () => {
    expect(packageJson.bin).toEqual({ 'sora-crawl': 'dist/main.js' })
    expect(readFileSync(path.join(ROOT, 'dist/main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(lstatSync(path.join(ROOT, 'dist/main.js')).mode & 0o111).toBe(0o111)
  })

  test('names no address that nobody can look at', () => {
    expect(
      ['repository', 'homepage', 'bugs', 'author', 'funding'].filter(name => name in packageJson),
    ).toEqual([])
  })

  test('everything that it lists for publishing exists', () => {
    expect(packageJson.files.filter(name => !existsSync(path.join(ROOT, name)))).toEqual([])
  })

  test('the database, keys and builds are ignored by git', () => {
    const ignored = [
      'data/sora.db',
      'data/demo.db-wal',
      '.env',
      '.env.local',
      'dist/main.js',
      'node_modules/zod/package.json',
    ]
    const said = execFileSync('git', ['check-ignore', '--no-index', ...ignored], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(said.trim().split('\n')).toEqual(ignored)
  })

  test('the data dictionary and the example seeds are not', () => {
    const kept = ['data/DICTIONARY.md', 'data/seeds.txt']
    const ignored = kept.filter(name => {
      try {
        execFileSync('git', ['check-ignore', '--quiet', '--no-index', name], { cwd: ROOT })
        return true
      } catch {
        return false
      }
    })
    expect(ignored).toEqual([])
  })
})
