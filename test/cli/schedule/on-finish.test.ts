import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { runOnFinish } from '../../../src/cli/schedule/on-finish.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sora-crawl-on-finish-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('the command of --on-finish', () => {
  it('gets one line of JSON on its standard input', async () => {
    const file = path.join(folder, 'line')
    expect(await runOnFinish(`cat > ${file}`, { run: 1, stopped: 'a "word"\nand more' })).toBeNull()
    expect(readFileSync(file, 'utf8')).toBe('{"run":1,"stopped":"a \\"word\\"\\nand more"}\n')
  })

  it('need not read it', async () => {
    expect(await runOnFinish('exec <&-; exit 0', { text: 'x'.repeat(1_000_000) })).toBeNull()
  })

  it.each([
    ['exit 7', 'ended with 7'],
    ['kill -9 $$', 'ended with SIGKILL'],
    ['/no/such/command', 'ended with 127'],
    ['\0', /^cannot be run: /],
  ])('%j: says what went wrong', async (command, what) => {
    expect(await runOnFinish(command, {})).toEqual(
      typeof what === 'string' ? what : expect.stringMatching(what),
    )
  })

  it('that hangs is ended with all that it has started, also where that ignores being asked', async () => {
    const files = ['shell', 'child'].map(name => path.join(folder, name))
    const command = `trap "" TERM; (echo $$ > ${files[0]}; exec sleep 1000) & echo $! > ${files[1]}; wait`
    expect(await runOnFinish(command, {}, 4_000)).toBe('took more than 4 s, and was ended')
    const pids = files.map(file => Number(readFileSync(file, 'utf8')))
    await until(() => !pids.some(isAlive))
  })
})
