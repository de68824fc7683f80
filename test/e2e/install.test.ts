import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ROOT } from '../rules/cruise.js'

/*
 * Every way to the command, with npm itself and without a network. Packages that the program needs come from
 * the checkout, as those of a parent folder; `npm run test:install` fetches and builds them. Scripts are off,
 * since `prepare` would build under running tests.
 */

const MAIN = path.join(ROOT, 'dist/main.js')
const { version, engines, dependencies } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
) as { version: string; engines: { node: string }; dependencies: object }

let folder: string
let tgz: string
let packed: string[]

/** Nothing of the npm that runs these tests, and no registry. */
function npm(cwd: string, program: string, ...args: string[]): string {
  const env = {
    npm_config_prefix: path.join(folder, 'prefix'),
    PATH: process.env['PATH'],
    HOME: folder,
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_update_notifier: 'false',
  }
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sora-crawl with space-'))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  const whole = npm(ROOT, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
  const [{ filename, files }] = JSON.parse(whole) as [{ filename: string; files: { path: string }[] }]
  packed = files.map(file => file.path)
  tgz = withoutDependencies(path.join(folder, filename))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The same package, which asks no registry for others. */
function withoutDependencies(file: string): string {
  const place = path.join(folder, 'package')
  execFileSync('tar', ['xzf', file, '-C', folder])
  const manifest = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >
  expect(manifest['dependencies']).toEqual(dependencies)
  writeFileSync(
    path.join(place, 'package.json'),
    JSON.stringify({ ...manifest, dependencies: {}, devDependencies: {} }),
  )
  execFileSync('tar', ['czf', path.join(folder, 'light.tgz'), '-C', folder, 'package'])
  return path.join(folder, 'light.tgz')
}

/** Where npm puts the commands of global packages. */
const command = (): string => path.join(folder, 'prefix/bin/sora-crawl')

/** A folder of somebody's, with a project in it. */
function project(name: string): string {
  const place = path.join(folder, name)
  mkdirSync(place)
  writeFileSync(path.join(place, 'package.json'), '{"name":"study","version":"1.0.0","private":true}')
  return place
}

function expectWorks(cwd: string, program: string, ...before: string[]): void {
  const run = (...args: string[]): string => npm(cwd, program, ...before, ...args)
  expect(run('--version').trim()).toBe(version)
  const crawl = [
    'crawl',
    'leaderboard',
    '--sandbox',
    '--users',
    '5',
    '--max-pages',
    '1',
    '--db',
    path.join(cwd, 'a.db'),
    '--no-progress',
    '--json',
  ]
  expect(JSON.parse(run(...crawl))).toMatchObject({ exit_code: 0 })
  expect(run('sql', 'top-creators', '--db', path.join(cwd, 'a.db'), '--format', 'csv')).toContain('user_id')
}

describe('the command is there', () => {
  test('after npm install -g of the package', () => {
    npm(folder, 'npm', 'install', '--global', '--ignore-scripts', '--no-audit', tgz)
    expectWorks(project('elsewhere'), command())
    npm(folder, 'npm', 'uninstall', '--global', 'sora-crawl')
    expect(existsSync(command())).toBe(false)
  })

  test('after npm install of the package, through npx', () => {
    const place = project('study')
    npm(place, 'npm', 'install', '--ignore-scripts', '--no-audit', tgz)
    expectWorks(place, 'npx', '--no-install', 'sora-crawl')
  })

  test('after npm link of the checkout', () => {
    npm(ROOT, 'npm', 'link', '--ignore-scripts', '--no-audit')
    expectWorks(project('beside'), command())
  })

  test('in the checkout through npx, which builds nothing again', () => {
    const built = statSync(MAIN).mtimeMs
    expect(npm(ROOT, 'npx', 'sora-crawl', '--version').trim()).toBe(version)
    expect(npm(ROOT, 'npx', '--no-install', 'sora-crawl', '--version').trim()).toBe(version)
    expect(statSync(MAIN).mtimeMs).toBe(built)
  })
})

describe('the package', () => {
  test('holds what the program reads and its help points to', () => {
    const needed = [
      'dist/main.js',
      'data/seeds.txt',
      'data/DICTIONARY.md',
      'migrations/0000_initial.sql',
      'migrations/meta/_journal.json',
      'src/questions/top-creators.sql',
      'src/guide/crawling.md',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ]
    expect(needed.filter(name => !packed.includes(name))).toEqual([])
  })

  test('holds no tests, sources, source maps or databases', () => {
    const place =
      /^(dist\/.*\.js|dist\/LICENSES\.txt|migrations\/.*\.(sql|json)|src\/questions\/[\w-]+\.sql|src\/guide\/[\w-]+\.md|data\/(seeds\.txt|DICTIONARY\.md)|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/
    expect(packed.filter(name => !place.test(name))).toEqual([])
  })
})

describe('the start', () => {
  /** A Node that says that it is another one. */
  function startOn(node: string, ...args: string[]): ReturnType<typeof spawnSync> {
    const alone = mkdtempSync(path.join(folder, 'alone-'))
    copyFileSync(MAIN, path.join(alone, 'main.js'))
    writeFileSync(path.join(alone, 'package.json'), '{"type":"module"}')
    writeFileSync(
      path.join(alone, 'as.cjs'),
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`,
    )
    return spawnSync(
      process.execPath,
      ['--require', path.join(alone, 'as.cjs'), path.join(alone, 'main.js'), ...args],
      { encoding: 'utf8' },
    )
  }

  test.for(['6.17.1', '18.20.8', '20.18.3'])('on Node %s is one line, and nothing is loaded', node => {
    const { status, stdout, stderr } = startOn(node, 'crawl', 'feed')
    expect(stderr).toBe(
      `sora-crawl: this is Node.js ${node}, and sora-crawl needs 20.19 or newer — install it from https://nodejs.org/, or choose it with nvm, fnm or volta.\n`,
    )
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(JSON.parse(String(startOn(node, 'status', '--json').stdout))).toMatchObject({
      exit_code: 2,
      error: { message: expect.stringContaining(node) as string },
    })
  })

  test.for(['20.19.0', '22.0.0', '26.10.0', '100.0.0'])(
    'on Node %s loads the program; one that is missing is one line, too',
    node => {
      const { status, stderr } = startOn(node)
      expect(stderr).toMatch(/^sora-crawl: sora-crawl cannot start: Cannot find module .*npm ci`\)\.\n$/)
      expect(status).toBe(2)
    },
  )

  test('needs the Node that package.json names', () => {
    expect(engines.node).toBe('>=20.19')
    expect(readFileSync(MAIN, 'utf8')).toMatch(/OLDEST_NODE = ["']20\.19["']/)
  })

  test('is written in the JavaScript of 2017, without modules, so that any Node reads it', () => {
    const text = readFileSync(MAIN, 'utf8')
    const compilerOptions = {
      target: ts.ScriptTarget.ES2017,
      module: ts.ModuleKind.ESNext,
      moduleDetection: ts.ModuleDetectionKind.Legacy,
      removeComments: true,
    }
    const old = ts.transpileModule(text, { compilerOptions }).outputText
    const same = ts.transpileModule(text, {
      compilerOptions: { ...compilerOptions, target: ts.ScriptTarget.ESNext },
    }).outputText
    expect(old).toBe(same)
    expect(text).not.toMatch(/^(import|export) /m)
  })
})
