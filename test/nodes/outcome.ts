import { spawnSync } from 'node:child_process'
import path from 'node:path'

import type { NodeBinary } from './install.js'

interface Step {
  readonly name: string
  readonly ms: number
  /** What went wrong. */
  readonly fault?: string
}

export interface Outcome {
  readonly node: string
  readonly steps: readonly Step[]
  /** What the database holds, the same on every Node; null where the program does not run. */
  readonly rows: string | null
}

const STEPS: readonly (readonly [string, ...string[]])[] = [
  [
    'crawl',
    'leaderboard',
    '--depth',
    '1',
    '--max-pages',
    '1',
    '--sandbox',
    '--users',
    '20',
    '--collect',
    'all',
    '--no-progress',
  ],
  ['crawl', 'feed', '--sandbox', '--users', '20', '--faults', 'flaky', '--no-progress'],
  ['export', '--out', 'tables', '--format', 'csv,jsonl,parquet'],
  ['export', '--out', 'graph', '--graph', 'follow'],
  ['report', '--out', 'report.html'],
  ['coverage'],
  ['check'],
  ['replay'],
]
const QUESTION =
  'SELECT (SELECT group_concat(id) FROM (SELECT id FROM users ORDER BY id)) AS users, (SELECT ' +
  'count(*) FROM posts) AS posts, (SELECT count(*) FROM comments) AS comments, (SELECT count(*) ' +
  'FROM edges) AS edges'

/**
 * What the program does on a Node, each step a process of its own; on one that is too old, that it says so.
 */
export function outcomeOf(node: NodeBinary, program: string, folder: string): Outcome {
  const run = (args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(path.join(node.home, 'bin/node'), [program, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder },
    })
  if (!node.isSupported) {
    const { status, stdout, stderr } = run(['--version'])
    const isOneLine = status === 2 && stdout === '' && /^sora-crawl: this is Node\.js [^\n]*\n$/.test(stderr)
    return {
      node: node.version,
      rows: null,
      steps: [
        isOneLine
          ? { name: 'is refused in one line', ms: 0 }
          : { name: 'start', ms: 0, fault: `exit ${status}: ${stderr}` },
      ],
    }
  }
  const steps = STEPS.map((args): Step => {
    const started = performance.now()
    const { status, stderr } = run([...args, '--db', 'a.db'])
    // A word of Node's own, such as of something that is to go, is a fault, too.
    const fault =
      status === 0 && !/\(node:\d+\)|    at /.test(stderr) ? {} : { fault: `exit ${status}: ${stderr}` }
    return { name: args[0], ms: performance.now() - started, ...fault }
  })
  return { node: node.version, steps, rows: run(['sql', QUESTION, '--db', 'a.db', '--format', 'csv']).stdout }
}
