/**
 * Runs the program on every Node that it says it runs on: a crawl, an export, a report, a question and a
 * check on each, and the one line that an older one gets. `npm run test:nodes` builds first; what was fetched
 * and compiled is kept for the next time.
 *
 *   NODES="22 26" npm run test:nodes       these alone
 *   NODES_CACHE=/some/folder               where Nodes and compiled packages are kept
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { ROOT } from '../rules/cruise.js'
import { fetchNode, installProgram, type NodeBinary } from './install.js'
import { outcomeOf, type Outcome } from './outcome.js'

const CACHE = process.env['NODES_CACHE'] ?? path.join(tmpdir(), 'sora-crawl-nodes')
const WANTED = (process.env['NODES'] ?? '10 18 20.19.0 22 24 26').split(' ')

function tryNode(wanted: string, scratch: string): Outcome {
  const node: NodeBinary = fetchNode(wanted, path.join(CACHE, wanted))
  const program = node.isSupported
    ? installProgram(node, ROOT, path.join(CACHE, wanted, 'program'))
    : path.join(ROOT, 'dist/main.js')
  const place = path.join(scratch, wanted)
  mkdirSync(place)
  return outcomeOf(node, program, place)
}

const scratch = mkdtempSync(path.join(tmpdir(), 'sora-crawl-nodes-run-'))
try {
  const outcomes = WANTED.map(wanted => tryNode(wanted, scratch))
  for (const { node, steps } of outcomes)
    process.stdout.write(
      `${node.padEnd(9)} ${steps.map(({ name, ms, fault }) => `${name} ${fault ?? `${(ms / 1_000).toFixed(1)} s`}`).join(', ')}\n`,
    )
  const held = new Set(outcomes.flatMap(({ rows }) => rows ?? []))
  if (held.size > 1) process.stdout.write(`What they hold differs:\n${[...held].join('\n')}\n`)
  process.exitCode =
    held.size > 1 || outcomes.some(({ steps }) => steps.some(({ fault }) => fault !== undefined)) ? 1 : 0
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
