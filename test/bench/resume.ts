/** How a crawl goes on whose frontier holds a million open streams: `tsx test/bench/resume.ts FOLDER`. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { clear } from './crawl.js'
import { KEY, measure, PROGRAM, startGateway } from './processes.js'
import { userId } from './world.js'

const USERS = Number(process.env['BENCH_OPEN_USERS'] ?? 250_000)
const STREAMS = ['posts', 'followers', 'following', 'cameos']

/** As if the first seed's followers had just been read: of each, four listings are open. */
function openStreams(file: string): void {
  const sqlite = new Database(file)
  sqlite.pragma('synchronous = OFF')
  sqlite.exec(`
    CREATE TEMP TABLE crowd AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${USERS}) SELECT 'user-' || lower(hex(randomblob(12))) AS id FROM n;
    CREATE TEMP TABLE stream AS SELECT value AS name FROM json_each('${JSON.stringify(STREAMS)}');
    INSERT INTO users (id, first_seen_at, last_seen_at) SELECT id, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM crowd;
    INSERT INTO members (stream_id, kind, item_id, hop, known_pass, last_pass) SELECT (SELECT id FROM checkpoints WHERE stream = 'followers' LIMIT 1), 'user', id, 1, 1, 1 FROM crowd;
    INSERT INTO scope (run_id, option_set, kind, id, depth, seed, pending) SELECT 1, 0, 'user', id, 1, 0, 0 FROM crowd;
    INSERT INTO checkpoints (stream, subject_kind, subject_id) SELECT name, 'user', id FROM crowd JOIN stream;
    INSERT INTO frontier (run_id, stream_id, depth, seed, max_pages, state) SELECT 1, k.id, 1, 0, NULL, 'ready' FROM crowd c JOIN checkpoints k ON k.subject_id = c.id AND k.stream IN (SELECT name FROM stream);
  `)
  sqlite.close()
}

const folder = process.argv[2] ?? ''
const file = join(folder, 'resume.db')
const gateway = await startGateway({ users: 2 })
const crawl = (requests: number) => [
  PROGRAM,
  'crawl',
  userId(1),
  '--depth',
  '1',
  '--collect',
  'posts,followers,following,cameos',
  '--db',
  file,
  '--rate',
  '100000',
  '--no-progress',
  '--yes',
  '--max-requests',
  String(requests),
]
const env = { SORA_API_URL: gateway.url, SORA_API_KEY: KEY }
try {
  clear(file)
  await measure({ args: crawl(3), env, exitCodes: [4] })
  const began = await measure({ args: crawl(1), env, exitCodes: [4] })
  openStreams(file)
  const resumed = await measure({ args: crawl(1), env, exitCodes: [4] })
  const other = await measure({
    args: [
      PROGRAM,
      'crawl',
      userId(2),
      '--collect',
      'posts',
      '--db',
      file,
      '--rate',
      '100000',
      '--no-progress',
      '--yes',
      '--max-requests',
      '1',
    ],
    env,
    exitCodes: [4],
  })
  const afterOther = await measure({ args: crawl(1), env, exitCodes: [4] })
  const status = await measure({ args: [PROGRAM, 'status', '--db', file] })
  const coverage = await measure({ args: [PROGRAM, 'coverage', '--db', file] })
  const plan = await measure({ args: crawl(1).map(word => (word === 'crawl' ? 'plan' : word)), env })
  console.table(
    Object.fromEntries(
      Object.entries({
        'one request, few streams': began,
        'one request, a million open': resumed,
        'another command': other,
        'one request after it': afterOther,
        status,
        coverage,
        plan,
      }).map(([name, { cpuMs, wallMs, peakMb }]) => [
        name,
        { 'CPU ms': Math.round(cpuMs), ms: Math.round(wallMs), 'peak MB': Math.round(peakMb) },
      ]),
    ),
  )
} finally {
  gateway.close()
}
