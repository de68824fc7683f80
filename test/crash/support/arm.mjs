/**
 * Preloaded into the built program (`node --import`): what happens at its failpoints. FAILPOINTS is a comma list of
 * `point:hit:action`; `point` may be `any`, and the hit counts the times that the point is passed, from 1.
 *
 * kill: SIGKILL at once. late-N: SIGKILL from another thread N microseconds later, which falls into the native code that follows.
 * throw: an error. pause: until the file FAILPOINT_PAUSE, which is written when the point is reached, is gone.
 */
import { existsSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'

import { failpoints, onFailpoint } from '../../../dist/failpoint.js'

const plans = (process.env.FAILPOINTS ?? '').split(',').filter(Boolean).map(read)
const hits = new Map()
const clock = new Int32Array(new SharedArrayBuffer(4))

function read(text) {
  const [point, hit, action] = text.split(':')
  if (point !== 'any' && !failpoints.includes(point)) throw new Error(`there is no failpoint ${point}`)
  if (!(Number(hit) >= 1) || !/^(kill|throw|pause|late-\d+)$/.test(action))
    throw new Error(`not a plan: ${text}`)
  return { point, hit: Number(hit), action }
}

const actions = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  late: () => Atomics.notify(clock, 0, Atomics.add(clock, 0, 1) + 1),
  throw: point => {
    throw new Error(`thrown at ${point}`)
  },
  pause: point => {
    const file = process.env.FAILPOINT_PAUSE
    writeFileSync(`${file}.new`, point)
    renameSync(`${file}.new`, file)
    while (existsSync(file)) Atomics.wait(clock, 0, 0, 5)
  },
}

/** Counts for the point itself, and for any. */
function count(name) {
  hits.set(name, (hits.get(name) ?? 0) + 1)
  return hits.get(name)
}

onFailpoint(point => {
  const passed = { [point]: count(point), any: count('any') }
  for (const plan of plans) {
    if (passed[plan.point] !== plan.hit) continue
    if (plan.action !== 'throw') writeSync(2, `failpoint ${point} ${plan.action}\n`)
    actions[plan.action.replace(/-.*/, '')](point)
  }
})

const late = plans.find(({ action }) => action.startsWith('late-'))
if (late !== undefined) {
  const killer = `
    const { workerData: { clock, ms, pid } } = require('node:worker_threads')
    Atomics.wait(clock, 0, 0)
    Atomics.wait(clock, 0, 1, ms)
    process.kill(pid, 'SIGKILL')`
  const ms = Number(late.action.slice('late-'.length)) / 1_000
  const worker = new Worker(killer, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: { clock, ms, pid: process.pid },
  })
  await new Promise(resolve => worker.once('online', resolve))
  worker.unref()
}

// A log of a few pages is copied into the file at almost every commit, so that kills fall into that too.
const { pragma } = Database.prototype
Database.prototype.pragma = function smallLog(text, options) {
  const result = pragma.call(this, text, options)
  if (/^journal_mode *= *WAL$/i.test(text))
    pragma.call(this, `wal_autocheckpoint = ${process.env.FAILPOINT_LOG_PAGES ?? 1000}`)
  return result
}
