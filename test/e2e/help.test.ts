import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect } from 'vitest'

import { inFolder, onTerminal } from '../cli/on-terminal.js'
import { test } from '../support/run.js'
import { expectExit, expectOnlyLine } from './judge.js'

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

describe.concurrent('help', () => {
  test('of the program comes without a command, by help, --help and -h alike', async ({ bench }) => {
    const ways = await Promise.all([[], ['help'], ['--help'], ['-h']].map(words => bench.run(words)))
    for (const result of ways) expectExit(result, 0)
    expect(new Set(ways.map(({ stdout }) => stdout)).size).toBe(1)
    expect(ways[0]?.stdout).toMatch(/^sora-crawl COMMAND\n/)
    expect(ways[0]?.stdout).toMatch(/^ {2}crawl \[seed\.\.\] /m)
    expect(ways[0]?.stdout).toMatch(/^ {2}money /m)
  })

  test('of a command is the same by each of its ways, and does nothing else', async ({ bench }) => {
    const ways = await Promise.all(
      [
        ['help', 'crawl'],
        ['crawl', '--help'],
        ['crawl', '@sam', '-h', '--max-cost', '1'],
      ].map(words => bench.run(words)),
    )
    for (const result of ways) expectExit(result, 0)
    expect(new Set(ways.map(({ stdout }) => stdout)).size).toBe(1)
    expect(existsSync(bench.db)).toBe(false)
  })

  test('-V is --version', async ({ bench }) => {
    const [short, long] = await Promise.all([bench.run(['-V']), bench.run(['--version'])])
    expectExit(short, 0)
    expect(short.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(long.stdout).toBe(short.stdout)
  })

  test('of a topic is the page of the guide, as JSON too', async ({ bench }) => {
    const page = await bench.run(['help', 'money'])
    expectExit(page, 0)
    expect(page.stdout).toMatch(/^Money: .*\n═+\n/)
    const json = await bench.run(['help', 'money', '--json'])
    expectExit(json, 0)
    expect(JSON.parse(json.stdout)).toMatchObject({
      topic: 'money',
      text: expect.stringMatching(/^# Money/) as string,
    })
  })

  test('of what there is not says what is near', async ({ bench }) => {
    const [word, heading] = await Promise.all([bench.run(['help', 'mony']), bench.run(['help', 'cron'])])
    expectOnlyLine(word, /no topic "mony"; do you mean money\?/)
    expectOnlyLine(heading, /sora-crawl help operating tells of it/)
    expect([word.code, heading.code]).toEqual([2, 2])
  })

  test('on a terminal goes through the pager, which may be left early, or stands there if it is none', async () => {
    await inFolder(async folder => {
      const { code, terminal } = await onTerminal(['help', 'money'], folder, {
        settings: { PAGER: 'head -n 3' },
      })
      expect(code).toBe(0)
      expect(terminal.lines[0]).toMatch(/^Money: what it costs/)
      expect(terminal.lines.join('\n').trimEnd().split('\n').length).toBeLessThanOrEqual(3)
      const none = await onTerminal(['help', 'money'], folder, {
        rows: 400,
        settings: { PAGER: '/no/such/pager' },
      })
      expect(none.code).toBe(0)
      expect(none.terminal.lines.join('\n')).toMatch(/An answer with status 200 is billed/)
    })
  })
})

describe.concurrent('a misspelled', () => {
  test.for([
    [['crawl', '@sam', '--dry-run'], /--dry-run; `plan` instead of `crawl` says what .* would cost/],
    [['crwal', '@sam'], /there is no command "crwal"; do you mean crawl\?.*`sora-crawl --help`/],
    [['crawl', '@sam', '--max-cots', '3'], /--max-cots; do you mean --max-cost\?.*`sora-crawl crawl --help`/],
    [['crawl', '@sam', '--collect', 'folowers'], /no stream "folowers".*; do you mean followers\?/],
    [['export', '--format', 'cvs'], /no format "cvs".*; do you mean csv\?.*`sora-crawl export --help`/],
    [['export', '--tables', 'user'], /"user" cannot be exported.*; do you mean users\?/],
    [['export', '--format', 'gexf', '--graph', 'folow'], /no network "folow".*; do you mean follow\?/],
    [['crawl', '@sam', '--sandbox', '--faults', 'ruogh'], /no "ruogh".*; do you mean rough\?/],
    [
      ['sql', '--db', 'none.db', '--log-level', 'wran'],
      /--log-level: there is no "wran".*; do you mean warn\?/,
    ],
  ] as const)('%j names what is near', async ([words, line], { bench }) => {
    const result = await bench.run([...words])
    expect(result.code).toBe(2)
    expectOnlyLine(result, line)
  })
})

describe('completion', () => {
  test('completes commands and flags in bash', async ({ bench }) => {
    const folder = bench.file('bin')
    mkdirSync(folder)
    symlinkSync(PROGRAM, `${folder}/sora-crawl`)
    const script = `
      source <(sora-crawl completion bash)
      completed() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sora-crawl_yargs_completions; echo "$(printf '%s ' "\${COMPREPLY[@]}")"; }
      completed sora-crawl cov
      completed sora-crawl crawl @sam --max-
      completed sora-crawl export --part`
    writeFileSync(bench.file('try.sh'), script)
    chmodSync(bench.file('try.sh'), 0o755)
    const { stdout } = await promisify(execFile)('bash', [bench.file('try.sh')], {
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, SHELL: '/bin/bash' },
    })
    expect(stdout.split('\n').map(line => line.trim())).toEqual([
      'coverage',
      '--max-pages --max-requests --max-cost',
      '--partition',
      '',
    ])
  })

  test('is printed for zsh, too', async ({ bench }) => {
    const result = await bench.run(['completion', 'zsh'])
    expectExit(result, 0)
    expect(result.stdout).toContain('compdef')
  })
})
