import { createLogUpdate } from 'log-update'
import type { ProgressView } from '../crawl/index.js'
import type { Output } from './output.js'
import { progressLine, progressLines } from './progress-text.js'

const TERMINAL_INTERVAL_MS = 120
const LOG_INTERVAL_MS = 5_000

/**
 * Shows progress on stderr while `work` goes on: redrawn in place on a terminal, else a calm line every few seconds.
 * @param how `none` shows nothing; `lines` never redraws, so that log lines stay whole
 */
export async function withProgress<T>(how: 'redraw' | 'lines' | 'none', output: Output, view: () => ProgressView, work: () => Promise<T>): Promise<T> {
  if (how === 'none') return work()
  return process.stderr.isTTY && how === 'redraw' ? onTerminal(output, view, work) : inLog(view, work)
}

async function onTerminal<T>(output: Output, view: () => ProgressView, work: () => Promise<T>): Promise<T> {
  const update = createLogUpdate(process.stderr)
  const draw = (): void => update(progressLines(view(), (process.stderr.columns ?? 80) - 1).join('\n'))
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS)
  output.beside = (write) => {
    update.clear()
    write()
    draw()
  }
  try {
    return await work()
  } finally {
    clearInterval(timer)
    output.beside = (write) => write()
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
