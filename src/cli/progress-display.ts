import { createLogUpdate } from 'log-update'
import type { ProgressView } from '../crawl/index.js'
import { progressLine, progressLines } from './progress-text.js'

const TERMINAL_INTERVAL_MS = 120
const LOG_INTERVAL_MS = 5_000

/**
 * Shows progress on stderr while `work` goes on: redrawn in place on a terminal, else a calm line every few seconds.
 * @param show false to show nothing
 */
export async function withProgress<T>(show: boolean, view: () => ProgressView, work: () => Promise<T>): Promise<T> {
  if (!show) return work()
  return process.stderr.isTTY ? onTerminal(view, work) : inLog(view, work)
}

async function onTerminal<T>(view: () => ProgressView, work: () => Promise<T>): Promise<T> {
  const update = createLogUpdate(process.stderr)
  const draw = (): void => update(progressLines(view(), (process.stderr.columns ?? 80) - 1).join('\n'))
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    draw()
    update.done()
  }
}

async function inLog<T>(view: () => ProgressView, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => process.stderr.write(`${progressLine(view())}\n`), LOG_INTERVAL_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
