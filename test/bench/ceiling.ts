/**
 * The ceiling: the same requests, `JSON.parse`, prepared statements, one transaction a page, the same rows in
 * the same tables, and nothing else — no ledger, no raw pages, no checkpoints, no validation, no retries.
 * `ceiling.js URL FILE USERS LISTINGS CONCURRENCY`; without a
 * network, `ceiling.js --pages FROM FILE` reads the bodies from the
 * pages of a database instead, and `ceiling.js --answers FROM FILE` from a file of lines as `import` takes
 * it.
 */
import { createReadStream } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { Pool } from 'undici'
import { CeilingWriter, type Payload } from './ceiling-writer.js'
import { openForWriting } from '../../src/db/open.js'
import { userId } from './world.js'

interface Ask {
  readonly route: string
  readonly subject: string
  readonly cursor: string | null
}

interface Reading {
  readonly users: number
  readonly listings: readonly string[]
  readonly concurrency: number
}

async function crawl(url: string, file: string, { users, listings, concurrency }: Reading): Promise<void> {
  const { sqlite } = openForWriting(file)
  const writer = new CeilingWriter(sqlite)
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: concurrency })
  const queue: Ask[] = []
  for (let user = 1; user <= users; user += 1) {
    for (const route of listings) queue.push({ route, subject: userId(user), cursor: null })
  }
  const read = async ({ route, subject, cursor }: Ask): Promise<void> => {
    const key = route === 'get_post_comments' ? 'post_id' : 'user_id'
    const path = `${pathname}/${route}?${key}=${subject}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const { body } = await pool.request({ path, method: 'GET', headers: { 'accept-encoding': 'gzip' } })
    const payload = JSON.parse(gunzipSync(Buffer.from(await body.arrayBuffer())).toString()) as Payload
    const commented = writer.write(route, subject, payload)
    const next = payload.data.cursor ?? null
    if (next !== null) queue.unshift({ route, subject, cursor: next })
    for (const post of commented) queue.push({ route: 'get_post_comments', subject: post, cursor: null })
  }
  const work = async (): Promise<void> => {
    for (let ask = queue.shift(); ask !== undefined; ask = queue.shift()) await read(ask)
  }
  while (queue.length > 0) await Promise.all(Array.from({ length: concurrency }, work))
  await pool.close()
  sqlite.close()
}

function replay(from: string, file: string): void {
  const source = new Database(from, { readonly: true })
  const { sqlite } = openForWriting(file)
  const writer = new CeilingWriter(sqlite)
  const pages = source.prepare<[], { route: string; subject: string; body: Buffer }>(
    'SELECT p.route, k.subject_id AS subject, p.body FROM pages p JOIN checkpoints k ON k.id = ' +
      'p.stream_id WHERE p.status = 200 ORDER BY p.id',
  )
  for (const { route, subject, body } of pages.iterate())
    writer.write(route, subject, JSON.parse(gunzipSync(body).toString()) as Payload)
  sqlite.close()
}

interface Answer {
  readonly route: string
  readonly params: { readonly user_id?: string; readonly post_id?: string }
  readonly body: Payload
}

async function readAnswers(from: string, file: string): Promise<void> {
  const { sqlite } = openForWriting(file)
  const writer = new CeilingWriter(sqlite)
  let rest = ''
  for await (const text of createReadStream(from, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(text)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { route, params, body } = JSON.parse(line) as Answer
      writer.write(route, params.user_id ?? params.post_id ?? '', body)
    }
  }
  sqlite.close()
}

const [first = '', second = '', third = '', fourth = '', fifth = ''] = process.argv.slice(2)
if (first === '--pages') replay(second, third)
else if (first === '--answers') await readAnswers(second, third)
else
  await crawl(first, second, {
    users: Number(third),
    listings: fourth.split(','),
    concurrency: Number(fifth),
  })
