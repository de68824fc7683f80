import { chmodSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { gzipSync } from 'node:zlib'

import { afterAll, describe, expect } from 'vitest'

import { selfSigned } from '../api/support/certificates.js'
import { settingsFor, test, type Bench } from '../support/run.js'
import { TEST_KEY } from '../support/world/server.js'
import { starWith } from '../support/world/story.js'
import { expectExit, expectOneLineAbout, expectOnlyLine, linesOf } from './judge.js'

const POSTS = ['crawl', 'user-a', '--collect', 'posts', '--no-progress']
const PERMALINK = 'https://sora.chatgpt.com/p/s_1'
const onePost: RequestListener = (_, response) => {
  response.end(
    JSON.stringify({
      code: 200,
      data: {
        items: [
          {
            post: { id: 's_1', shared_by: 'user-a', text: 'made with sora', permalink: PERMALINK },
            profile: { user_id: 'user-a', username: 'sora' },
          },
        ],
        cursor: null,
      },
    }),
  )
}

const servers: Server[] = []

afterAll(() => {
  for (const server of servers) server.close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return (server.address() as AddressInfo).port
}

const posts = (bench: Bench, env: Record<string, string>): ReturnType<Bench['run']> =>
  bench.run([...POSTS, '--db', bench.db], { env })
const ledger = (bench: Bench): unknown[] =>
  bench
    .open()
    .prepare(
      'SELECT state, status, cost_microusd AS cost, count(*) AS requests FROM requests GROUP BY 1, 2, 3',
    )
    .all()

describe.concurrent('a key', () => {
  test.for(['sora', 'k', 'user-a'])(
    '%j, given to a server of this machine, changes nothing of what is served',
    async (key, { bench }) => {
      const env = {
        SORA_API_KEY: key,
        SORA_API_URL: `http://127.0.0.1:${await listen(createServer(onePost))}/sora2`,
      }
      expectExit(await posts(bench, env), 0)
      expect(
        bench
          .open()
          .prepare('SELECT text, permalink, username FROM posts JOIN users ON users.id = user_id')
          .get(),
      ).toEqual({ text: 'made with sora', permalink: PERMALINK, username: 'sora' })
    },
  )

  test('that is a word is refused for any other server, before anything is sent', async ({ bench }) => {
    expectOnlyLine(
      await posts(bench, { TIKHUB_API_KEY: 'chatgpt' }),
      /TIKHUB_API_KEY has fewer than 8 characters/,
    )
  })
})

describe.concurrent('where the key goes', () => {
  test('is said where a file of the folder names the address and the key comes from elsewhere', async ({
    bench,
  }) => {
    const url = `http://127.0.0.1:${await listen(createServer(onePost))}/sora2`
    writeFileSync(bench.file('.env'), `SORA_API_URL=${url}\n`)
    const result = await posts(bench, { SORA_API_KEY: TEST_KEY })
    expectExit(result, 0)
    expectOneLineAbout(result, /key of SORA_API_KEY/)
    for (const part of [new URL(url).host, 'SORA_API_URL', bench.file('.env')])
      expect(result.stderr).toContain(part)
    writeFileSync(bench.file('.env'), `SORA_API_URL=${url}\nSORA_API_KEY=${TEST_KEY}\n`, { mode: 0o600 })
    chmodSync(bench.file('.env'), 0o600)
    const own = await posts(bench, {})
    expectExit(own, 0)
    expect(own.stderr).not.toMatch(/key/i)
  })

  test('is said where the way is no secret: http, to another machine', async ({ bench }) => {
    const proxy = createServer(onePost)
    const env = {
      SORA_API_URL: 'http://api.gateway.invalid/sora2',
      SORA_API_KEY: TEST_KEY,
      HTTP_PROXY: `http://me:hunter22@127.0.0.1:${await listen(proxy)}`,
    }
    const result = await bench.run([...POSTS, '--db', bench.db, '--log-level', 'debug'], { env })
    expectExit(result, 0)
    expectOneLineAbout(
      result,
      /api\.gateway\.invalid in clear text through the proxy http:\/\/127\.0\.0\.1:\d+ of HTTP_PROXY/,
    )
    expect(result.stderr).toMatch(/"proxy":"http:\/\/127\.0\.0\.1:\d+"/)
    expect(result.stderr).not.toContain('hunter22')
  })

  test('is said where the address does not end in /sora2; a slash behind it does not matter', async ({
    bench,
  }) => {
    const origin = `http://127.0.0.1:${await listen(createServer(onePost))}`
    const odd = await posts(bench, { SORA_API_URL: `${origin}/api/v1`, SORA_API_KEY: TEST_KEY })
    expectExit(odd, 0)
    expectOneLineAbout(odd, /SORA_API_URL does not end in \/sora2/)
    const usual = await posts(bench, { SORA_API_URL: `${origin}/sora2/`, SORA_API_KEY: TEST_KEY })
    expectExit(usual, 0)
    expect(usual.stderr).not.toContain('sora2')
  })

  test('is nobody else’s to read: a .env with a key that others can read is said once', async ({ bench }) => {
    const server = await bench.serve({ world: starWith(1) })
    const text = Object.entries(settingsFor(server))
      .map(pair => pair.join('='))
      .join('\n')
    for (const [mode, lines] of [
      [0o640, 1],
      [0o604, 1],
      [0o600, 0],
    ] as const) {
      writeFileSync(bench.file('.env'), text)
      chmodSync(bench.file('.env'), mode)
      const result = await bench.run(['crawl', 'leaderboard', '--db', bench.db, '--no-progress'])
      expectExit(result, 0)
      expect(
        linesOf(result.stderr).filter(line => line.includes('chmod 600')),
        mode.toString(8),
      ).toHaveLength(lines)
    }
  })

  test('is no proxy where the sandbox is crawled', async ({ bench }) => {
    const seen: unknown[] = []
    const address = `http://127.0.0.1:${await listen(createServer((request, response) => void response.end(seen.push(request.url))))}`
    expectExit(
      await bench.run(
        ['crawl', 'leaderboard', '--sandbox', '--db', bench.db, '--no-progress', '--max-pages', '1'],
        { env: { HTTP_PROXY: address, http_proxy: address } },
      ),
      0,
    )
    expect(seen).toEqual([])
  })
})

describe.concurrent('what no further attempt can change', () => {
  test('a certificate that nobody vouches for: exit 5 after one round, nothing sent, nothing billed', async ({
    bench,
  }) => {
    const port = await listen(createTlsServer(selfSigned(), onePost))
    const result = await posts(bench, {
      SORA_API_URL: `https://127.0.0.1:${port}/sora2`,
      SORA_API_KEY: TEST_KEY,
    })
    expectExit(result, 5)
    expectOneLineAbout(result, /secure connection.*self-signed certificate.*NODE_EXTRA_CA_CERTS/)
    expect(ledger(bench)).toEqual([{ state: 'never-sent', status: null, cost: 0, requests: 1 }])
  })

  test('a body that unpacks to more than can be one: two end the stream, and are billed', async ({
    bench,
  }) => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, '{'))
    const port = await listen(
      createServer((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)),
    )
    const result = await posts(bench, {
      SORA_API_URL: `http://127.0.0.1:${port}/sora2`,
      SORA_API_KEY: TEST_KEY,
    })
    expectExit(result, 3)
    expectOneLineAbout(result, /unpacks to more than 32 MB/)
    expect(ledger(bench)).toEqual([{ state: 'answered', status: 200, cost: 50_000, requests: 2 }])
  })

  test('too few descriptors: it works, or says so in one line, and nothing is billed that was not sent', async ({
    bench,
  }) => {
    let seen = 0
    const port = await listen(
      createServer((request, response) => {
        seen += 1
        onePost(request, response)
      }),
    )
    const env = { SORA_API_URL: `http://127.0.0.1:${port}/sora2`, SORA_API_KEY: TEST_KEY }
    for (const files of [22, 48, 100]) {
      const { code, stderr } = await bench.limited(files, [...POSTS, '--db', bench.file(`${files}.db`)], env)
      expect({ files, code, lines: linesOf(stderr).length, stderr }).toEqual({
        files,
        code: code === 0 ? 0 : 4,
        lines: code === 0 ? expect.any(Number) : 1,
        stderr: code === 0 ? expect.any(String) : expect.stringContaining('ulimit -n'),
      })
    }
    expect(seen).toBeLessThanOrEqual(3)
  })
})

describe.concurrent('the process that answers a query', () => {
  test('finds no key in its environment', async ({ bench }) => {
    expectExit(
      await bench.run([
        'crawl',
        'leaderboard',
        '--sandbox',
        '--db',
        bench.db,
        '--no-progress',
        '--max-pages',
        '1',
      ]),
      0,
    )
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    const asking = bench.start(['sql', endless, '--timeout', '30', '--db', bench.db], {
      env: { SORA_API_KEY: TEST_KEY, HTTPS_PROXY: 'http://me:hunter22@p:1' },
    })
    const environment = await environmentOfChild(asking.pid)
    expect(environment).toContain('PATH=')
    expect(environment).not.toContain(TEST_KEY)
    expect(environment).not.toContain('hunter22')
    asking.kill()
  })
})

/** Read as soon as there is a child that runs its own program. */
async function environmentOfChild(pid: number): Promise<string> {
  for (;;) {
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
      .trim()
      .split(' ')
      .filter(Boolean)
    for (const child of children) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')
      if (command.includes('query-process')) return readFile(`/proc/${child}/environ`, 'utf8')
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}

describe.concurrent('~ at the beginning of a path', () => {
  test('is the home folder for every flag that takes one, and ~name is refused', async ({ bench }) => {
    const sandbox = ['crawl', 'leaderboard', '--sandbox', '--no-progress', '--max-pages', '1']
    expectExit(await bench.run([...sandbox, '--db=~/sub/x.db']), 0)
    expect(bench.count('users', bench.file('sub/x.db'))).toBeGreaterThan(0)
    expectOnlyLine(await bench.run([...sandbox, '--db=~bob/x.db']), /--db ~bob: only ~\//)
  })
})
