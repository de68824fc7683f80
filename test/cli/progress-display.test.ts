import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { settingsFor, test as benchTest } from '../support/run.js'
import { starWith, userId } from '../support/world/story.js'
import { inFolder, onPipes, onTerminal, type Shown, type TerminalOptions } from './on-terminal.js'
import type { Terminal } from './terminal.js'

const LABELS = ['streams', 'pages', 'rows', 'spent']
/**
 * A small world whose gateway asks to wait often: the display has a few seconds and a waiting line to show.
 */
const LIMITED = ['demo', '--faults', 'limited', '--users', '6', '--db', 'demo.db']
const QUICK = ['demo', '--users', '4', '--db', 'demo.db']

function show(args: readonly string[], options: TerminalOptions = {}): Promise<Shown> {
  return inFolder(folder => onTerminal(args, folder, options))
}

/** How often each line of the display is on a screen. */
function labelsOn(screen: string): string[] {
  return [...screen.matchAll(/^(streams|pages|rows|spent|waiting)\b/gm)].map(([label]) => label)
}

/** Screens on which the display is not there once and as a whole. */
function torn(frames: readonly string[]): string[] {
  return frames.filter(
    frame => ![LABELS.join(), [...LABELS, 'waiting'].join()].includes(labelsOn(frame).join()),
  )
}

function lastFrame({ terminal }: Shown): string {
  return terminal.frames.at(-1) ?? ''
}

/** Nothing that moves a cursor, colours a word or draws over a line. */
function expectPlain(text: string): void {
  expect(text).not.toContain('\u001B')
  expect(text).not.toContain('\r')
}

describe.concurrent('progress on a terminal', () => {
  describe.concurrent('of 80 columns', () => {
    let shown: Promise<Shown> | undefined
    /** One crawl, looked at by each test. */
    const limited = (): Promise<Shown> => (shown ??= show(LIMITED))

    test('is redrawn in place', async () => {
      const { terminal, code } = await limited()
      expect([0, 3]).toContain(code)
      expect(terminal.frames.length).toBeGreaterThan(10)
      expect(new Set(terminal.frames).size).toBeGreaterThan(5)
      expect(torn(terminal.frames)).toEqual([])
    })

    test('wraps nowhere', async () => {
      const { terminal } = await limited()
      expect(terminal.wrapped.filter(line => labelsOn(line).length > 0)).toEqual([])
    })

    test('shows that it waits while it does, and not when it is done', async () => {
      const crawl = await limited()
      const waiting = crawl.terminal.frames.filter(frame =>
        /^waiting +\S+ m?s: the API asked for it$/m.test(frame),
      )
      expect(waiting.length).toBeGreaterThan(3)
      expect(labelsOn(lastFrame(crawl))).toEqual(LABELS)
    })

    test('counts nothing below zero', async () => {
      const { terminal } = await limited()
      const line = terminal.frames
        .flatMap(frame => frame.split('\n'))
        .find(text => /-\d/.test(text) && labelsOn(text).length > 0)
      expect(line).toBeUndefined()
    })

    test('leaves its last state above the summary, and the cursor on', async () => {
      const { terminal } = await limited()
      const screen = terminal.lines.join('\n')
      expect(screen).toMatch(/^streams .*\npages .*\nrows .*\nspent .*\n[\s\S]*^Run 1 finished/m)
      expect(labelsOn(screen)).toEqual(LABELS)
      expect(terminal.cursorShown).toBe(true)
    })
  })

  test('of 40 columns is redrawn in place and wraps nowhere', async () => {
    const { terminal } = await show(QUICK, { columns: 40 })
    expect(terminal.frames.length).toBeGreaterThan(0)
    expect(torn(terminal.frames)).toEqual([])
    expect(terminal.wrapped.filter(line => labelsOn(line).length > 0)).toEqual([])
  })

  test('that does not tell its size is not littered', async () => {
    const { terminal, output } = await show(QUICK, { told: [0, 0] })
    expect(output).toContain('Run 1 finished')
    expect(torn(terminal.frames)).toEqual([])
  })
})

describe.concurrent('progress on a terminal and what else is written', () => {
  test('leaves stdout alone, which goes into a file as one JSON value', async () => {
    await inFolder(async folder => {
      const { terminal } = await onTerminal([...QUICK, '--json'], folder, { shell: '> out.json' })
      expect(JSON.parse(await readFile(path.join(folder, 'out.json'), 'utf8'))).toMatchObject({
        finished: true,
      })
      expect(terminal.frames.length).toBeGreaterThan(0)
      expect(labelsOn(terminal.lines.join('\n'))).toEqual(LABELS)
    })
  })

  test('can be left out, and then there is no escape sequence', async () => {
    const settings = { NO_COLOR: '1' }
    const { output } = await show([...QUICK, '--no-progress'], { settings })
    expect(output).toContain('Run 1 finished')
    expect(output).not.toContain('\u001B')
  })

  test('stays whole when a key ends the crawl, with its notice in full', async () => {
    let typed = false
    const onOutput = (terminal: Terminal): string | undefined => {
      if (typed || !labelsOn(terminal.lines.join('\n')).includes('waiting')) return undefined
      typed = true
      return '\u0003'
    }
    const { terminal, code } = await show(LIMITED, { columns: 120, onOutput })
    const screen = terminal.lines.join('\n')
    expect({ code, typed }).toEqual({ code: 4, typed: true })
    expect(screen).toContain('Stopping: waiting for the requests in flight')
    expect(screen).toContain('sora-crawl: Interrupted')
    expect(labelsOn(screen).filter(label => label !== 'waiting')).toEqual(LABELS)
    expect(terminal.cursorShown).toBe(true)
  })

  test('does not write over the log', async () => {
    const { terminal, output } = await show(
      ['demo', '--users', '3', '--faults', 'rough', '--db', 'demo.db', '--log-level', 'info'],
      { columns: 400, rows: 2_000 },
    )
    const logged = output.match(/\{"level":.*?\}(?=\r)/g) ?? []
    const screen = terminal.lines.filter(line => line.startsWith('{"level":'))
    expect(logged.length).toBeGreaterThan(0)
    expect(screen).toEqual(logged)
  })
})

describe.concurrent('progress without a terminal', () => {
  benchTest('is a plain line now and then', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(3) })
    let release = (): void => {}
    const gate = new Promise<undefined>(resolve => {
      release = () => resolve(undefined)
    })
    server.override = () => gate
    const args = ['crawl', userId('star'), '--collect', 'followers', '--db', bench.db]
    const { code, stderr, stdout } = await onPipes(args, bench.dir, settingsFor(server), said => {
      if (said.includes('requests a second')) release()
    })
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^0 streams done, 1 open; 0 pages; .*; \$0\.00; left: nobody can say how much: 1 stream open\n/,
    )
    expectPlain(stdout + stderr)
  })

  benchTest('of a demo has no escape sequence in either stream', async ({ bench }) => {
    const { stdout, stderr } = await bench.run(['demo', '--users', '4', '--db', bench.db])
    expect(stdout).toContain('Run 1 finished')
    expectPlain(stdout + stderr)
  })
})

describe('the end of a crawl that a cap has stopped', () => {
  const CAPPED = ['crawl', '@omar', '--sandbox', '--max-cost', '1', '--yes', '--db', 'study.db']

  test('counts on its last frame what the summary counts, and breaks no word', async () => {
    const { code, terminal } = await show(CAPPED, { columns: 60 })
    expect(code).toBe(4)
    expect(terminal.wrapped).toEqual([])
    const text = terminal.lines.join('\n')
    const [, done, open] = /^streams +([\d,]+) done, ([\d,]+) open$/m.exec(text) ?? []
    expect(text).toContain(`Run 1 is unfinished: ${done} streams done, ${open} open,`)
  })
})
