import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'

import { settingsFor } from '../support/run.js'
import { WorldServer } from '../support/world/server.js'
import { crowd, story, userId } from '../support/world/story.js'
import { inFolder, onPipes, onTerminal, type Shown } from './on-terminal.js'

const PEOPLE = crowd('person', 60)
/** Sixty listings of unknown length at fifty cents: more than five dollars. */
const DEAR = [
  ...PEOPLE.map(userId),
  '--collect',
  'followers',
  '--rate',
  '100000',
  '--no-progress',
  '--db',
  'sora.db',
]

function serve(): Promise<WorldServer> {
  return WorldServer.start({ world: story({ users: PEOPLE.map(name => ({ name })) }), pageSize: 50 }).then(
    server => {
      onTestFinished(() => server.close())
      return server
    },
  )
}

/** Settings come from the folder: the terminal hands on no environment. */
async function prepare(folder: string, server: WorldServer): Promise<void> {
  const settings = Object.entries({ ...settingsFor(server), SORA_PRICES: '0.5' }).map(
    ([name, value]) => `${name}=${value}`,
  )
  await writeFile(path.join(folder, '.env'), settings.join('\n'))
}

interface Asked extends Shown {
  /** How often it was asked. */
  questions: number
}

/** A crawl on a terminal at which somebody types `answer` when asked. */
async function crawl(folder: string, args: readonly string[], answer: string, shell = ''): Promise<Asked> {
  let typed = false
  const shown = await onTerminal(['crawl', ...args], folder, {
    columns: 140,
    rows: 400,
    shell,
    onOutput: terminal => {
      if (typed || !terminal.lines.some(line => line.includes('[y/N]'))) return undefined
      typed = true
      return answer
    },
  })
  return { ...shown, questions: shown.terminal.lines.filter(line => line.includes('[y/N]')).length }
}

function rowsOf(folder: string, sql: string): unknown[] {
  const db = new Database(path.join(folder, 'sora.db'), { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

describe('a crawl on a terminal that may cost more than five dollars', { timeout: 120_000 }, () => {
  test('shows the plan, asks, and sends nothing before it is told to', async () => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      let sentWhenAsked = -1
      const shown = await onTerminal(['crawl', ...DEAR], folder, {
        columns: 140,
        rows: 400,
        onOutput: terminal => {
          if (sentWhenAsked >= 0 || !terminal.lines.some(line => line.includes('[y/N]'))) return undefined
          sentWhenAsked = server.seen.length
          return 'y\r'
        },
      })
      expect(sentWhenAsked).toBe(0)
      expect(shown.code).toBe(0)
      expect(server.seen).toHaveLength(60)
      const text = shown.terminal.lines.join('\n')
      expect(text).toMatch(/^seed +stream/m)
      expect(text).toMatch(/in all/)
      expect(text).toMatch(/more than \$5\.00.*not known.*; --max-cost 5 would stop it there.*\[y\/N\] y/)
      expect(text.indexOf('in all')).toBeLessThan(text.indexOf('[y/N]'))
    })
  })

  test.for([
    { name: 'n', typed: 'n\r' },
    { name: 'nothing', typed: '\r' },
    { name: 'something else', typed: 'what?\r' },
    { name: 'Ctrl-C', typed: '\u0003' },
    { name: 'Ctrl-D', typed: '\u0004' },
  ])('$name is a no: nothing is sent, exit is 4, and the same command asks again', async ({ typed }) => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const refused = await crawl(folder, DEAR, typed)
      expect({ code: refused.code, questions: refused.questions }).toEqual({ code: 4, questions: 1 })
      expect(server.seen).toEqual([])
      expect(refused.terminal.lines.join('\n')).toMatch(/not confirmed|nothing was sent/i)
      expect(refused.terminal.lines.join('\n')).not.toMatch(/unexpected|^\s+at /im)
      // No run is left behind, and no file either.
      expect(existsSync(path.join(folder, 'sora.db'))).toBe(false)
      const again = await crawl(folder, DEAR, 'yes\r')
      expect({ code: again.code, questions: again.questions, sent: server.seen.length }).toEqual({
        code: 0,
        questions: 1,
        sent: 60,
      })
      expect(rowsOf(folder, 'select state from runs')).toEqual([{ state: 'finished' }])
    })
  })

  test('asks although stdout goes into a file', async () => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const refused = await crawl(folder, DEAR, 'n\r', '> out.txt')
      expect({ code: refused.code, questions: refused.questions, sent: server.seen.length }).toEqual({
        code: 4,
        questions: 1,
        sent: 0,
      })
    })
  })

  test('is asked about again when it repeats a listing that may have grown, by what is known then', async () => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      expect((await crawl(folder, [...DEAR, '--yes'], '')).code).toBe(0)
      const again = await crawl(folder, DEAR, 'n\r')
      expect({ code: again.code, questions: again.questions, sent: server.seen.length }).toEqual({
        code: 4,
        questions: 1,
        sent: 60,
      })
      expect(again.terminal.lines.join('\n')).not.toMatch(/part of it is not known/)
    })
  })
})

describe('nobody is asked', { timeout: 120_000 }, () => {
  test.for([
    { name: 'with --yes', args: [...DEAR, '--yes'], code: 0, sent: 60 },
    {
      name: 'with a higher --confirm-above, where all is known',
      args: [
        'feed',
        '--max-pages',
        '3',
        '--collect',
        'profile',
        '--confirm-above',
        '100',
        '--no-progress',
        '--db',
        'sora.db',
      ],
      code: 0,
      sent: 1,
    },
    {
      name: 'where --max-cost is not above the threshold',
      args: [...DEAR, '--max-cost', '5'],
      code: 4,
      sent: 10,
    },
    {
      name: 'where --max-requests can cost no more than the threshold',
      args: [...DEAR, '--max-requests', '10'],
      code: 4,
      sent: 10,
    },
  ])('$name', async ({ args, code, sent }) => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const shown = await crawl(folder, args, 'n\r')
      expect({ code: shown.code, questions: shown.questions, sent: server.seen.length }).toEqual({
        code,
        questions: 0,
        sent,
      })
    })
  })

  test.for([
    { name: '--max-cost', args: ['--max-cost', '5.5'] },
    { name: '--max-requests', args: ['--max-requests', '11'] },
    { name: '--confirm-above', args: ['--max-cost', '5', '--confirm-above', '4'] },
  ])('…but somebody is where $name leaves more than the threshold', async ({ args }) => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const shown = await crawl(folder, [...DEAR, ...args], 'n\r')
      expect({ code: shown.code, questions: shown.questions, sent: server.seen.length }).toEqual({
        code: 4,
        questions: 1,
        sent: 0,
      })
    })
  })

  test('without a terminal', async () => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const result = await onPipes(['crawl', ...DEAR], folder, {}, () => undefined)
      expect(result.code).toBe(0)
      expect(result.stdout + result.stderr).not.toContain('[y/N]')
      expect(server.seen).toHaveLength(60)
    })
  })

  test.for(['< /dev/null', '2> err.txt'])('with a terminal on one side only: %s', async shell => {
    await inFolder(async folder => {
      const server = await serve()
      await prepare(folder, server)
      const shown = await crawl(folder, DEAR, 'n\r', shell)
      expect({ code: shown.code, questions: shown.questions, sent: server.seen.length }).toEqual({
        code: 0,
        questions: 0,
        sent: 60,
      })
    })
  })

  test('in the sandbox, which is free', async () => {
    await inFolder(async folder => {
      const shown = await crawl(
        folder,
        ['feed', '--sandbox', '--confirm-above', '0', '--no-progress', '--db', 'sora.db'],
        'n\r',
      )
      expect({ code: shown.code, questions: shown.questions }).toEqual({ code: 0, questions: 0 })
    })
  })
})
