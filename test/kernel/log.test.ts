import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

import { logLevels } from '../../src/cli/command.js'

const MODULE = new URL('../../dist/log.js', import.meta.url).href

interface Logged {
  stdout: string
  lines: Record<string, unknown>[]
}

/** What a program of one line logs: the log goes to the real stderr, so it has to be a process of its own. */
async function log(level: string, statements: string): Promise<Logged> {
  const program = `import { createLogger } from '${MODULE}'; const log = createLogger('${level}'); ${statements}`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ])
  const lines = stderr.split('\n').filter(line => line !== '')
  return { stdout, lines: lines.map(line => JSON.parse(line) as Record<string, unknown>) }
}

const ALL = "for (const level of ['error', 'warn', 'info', 'debug']) log[level]({ stream: 'posts' }, level)"

describe('the log', () => {
  test.for([
    ['silent', []],
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const)('at level %s says %j', async ([level, said]) => {
    const { lines } = await log(level, ALL)
    expect(lines.map(({ msg }) => msg)).toEqual(said)
  })

  test('has these levels and no other', () => {
    expect(logLevels).toEqual(['silent', 'error', 'warn', 'info', 'debug'])
  })

  test('is JSON on stderr with a time, and nothing of the machine', async () => {
    const { stdout, lines } = await log('debug', "log.info({ stream: 'posts' }, 'a page')")
    expect(stdout).toBe('')
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        stream: 'posts',
        msg: 'a page',
      },
    ])
  })

  test('loses no line of a program that ends at once', async () => {
    const { lines } = await log('info', "log.info('last words'); process.exit(0)")
    expect(lines.map(({ msg }) => msg)).toEqual(['last words'])
  })
})
