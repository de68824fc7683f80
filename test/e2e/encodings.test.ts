import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect } from 'vitest'

import { openForWriting } from '../../src/db/open.js'
import { ROOT } from '../rules/cruise.js'
import { ENCODINGS } from '../support/encodings.js'
import { settingsFor, test, type Bench } from '../support/run.js'
import { starWith, userId } from '../support/world/story.js'
import { expectExit, expectOnlyLine } from './judge.js'

const encodings = Object.entries(ENCODINGS)

/** A file as an editor of Windows saves it. */
function put(bench: Bench, name: string, encode: (text: string) => Buffer, text: string): string {
  writeFileSync(bench.file(name), encode(text.replaceAll('\n', '\r\n')))
  return bench.file(name)
}

function withUser(bench: Bench): void {
  const { sqlite } = openForWriting(bench.db)
  sqlite.exec(
    "INSERT INTO users (id, username, first_seen_at, last_seen_at) VALUES ('user-1', 'Zoë', " +
      "'2025-11-01T12:00:00.000Z', '2025-11-01T12:00:00.000Z')",
  )
  sqlite.close()
}

describe.concurrent.for(encodings)('files in %s with Windows line ends:', ([, encode]) => {
  test('settings and seeds', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const { SORA_API_URL, SORA_API_KEY } = settingsFor(server)
    put(bench, '.env', encode, `# mine\nSORA_API_URL=${SORA_API_URL}\nSORA_API_KEY=${SORA_API_KEY}\n`)
    const text = put(bench, 'seeds.txt', encode, `# mine\n${userId('star')}\nleaderboard\n`)
    const yaml = put(bench, 'seeds.yaml', encode, `- seed: ${userId('star')}\n  collect: profile\n- feed\n`)
    const crawl = ['crawl', '--db', bench.db, '--no-progress', '--collect', 'profile', '--seeds']
    expectExit(await bench.run([...crawl, text]), 0)
    expectExit(await bench.run([...crawl, yaml]), 0)
    expect(bench.open().prepare('select distinct text from run_seeds order by 1').pluck().all()).toEqual([
      'feed',
      'leaderboard',
      userId('star'),
    ])
  })

  test('SQL from a file and from stdin', async ({ bench }) => {
    withUser(bench)
    const sql = put(bench, 'q.sql', encode, "-- whom? Zoë\nSELECT id FROM users\nWHERE username = 'Zoë'\n")
    const ask = ['sql', '--db', bench.db, '--format', 'csv']
    expect((await bench.run([...ask, '--file', sql])).stdout).toBe('id\nuser-1\n')
    const piped = execFileSync(process.execPath, [path.join(ROOT, 'dist/main.js'), ...ask], {
      input: readFileSync(sql),
    })
    expect(piped.toString()).toBe('id\nuser-1\n')
  })

  test('the key of pseudonyms', async ({ bench }) => {
    withUser(bench)
    const pseudonymOf = async (key: string): Promise<string> => {
      chmodSync(key, 0o600)
      const out = `${key}.out`
      expectExit(
        await bench.run([
          'export',
          '--db',
          bench.db,
          '--tables',
          'users',
          '--format',
          'csv',
          '--pseudonymize',
          '--key-file',
          key,
          '--out',
          out,
        ]),
        0,
      )
      return readFileSync(path.join(out, 'users.csv'), 'utf8')
    }
    const key = 'correct horse battery staple 0123456789'
    const plain = await pseudonymOf(put(bench, 'plain.key', text => Buffer.from(text), key))
    expect(plain).not.toContain('user-1')
    expect(await pseudonymOf(put(bench, 'other.key', encode, `${key}\n`))).toBe(plain)
  })
})

test('SQL that is no text is refused: it would look for another name than the one that was written', async ({
  bench,
}) => {
  withUser(bench)
  writeFileSync(bench.file('q.sql'), Buffer.from("SELECT id FROM users WHERE username = 'Zo\xeb'", 'latin1'))
  const result = await bench.run(['sql', '--db', bench.db, '--file', bench.file('q.sql')])
  expectExit(result, 2)
  expectOnlyLine(result, /q\.sql/)
})
