import type { GlobalFlags } from './command.js'
import type { Output } from './output.js'

/** Progress as text: lines that are redrawn, none wider than `width` columns, and one line for a log. */
export interface Shown {
  readonly lines: (width: number) => readonly string[]
  readonly line: () => string
}

const TERMINAL_INTERVAL_MS = 120
const LOG_INTERVAL_MS = 5_000

/** How progress is shown: not at all, in lines beside log lines, or redrawn. */
export function progressMode({
  noProgress,
  logLevel,
}: Pick<GlobalFlags, 'noProgress' | 'logLevel'>): 'redraw' | 'lines' | 'none' {
  if (noProgress) return 'none'
  return logLevel === 'info' || logLevel === 'debug' ? 'lines' : 'redraw'
}

/**
 * Shows progress on stderr while `work` goes on: redrawn in place on a terminal, else a calm line every few
 * seconds.
 * @param how `none` shows nothing; `lines` never redraws, so that log lines stay whole
 */
export async function withProgress<T>(
  how: 'redraw' | 'lines' | 'none',
  output: Output,
  shown: Shown,
  work: () => Promise<T>,
): Promise<T> {
  if (how === 'none') return work()
  return process.stderr.isTTY && how === 'redraw'
    ? onTerminal(output, shown, work)
    : inLog(output, shown, work)
}

async function onTerminal<T>(output: Output, shown: Shown, work: () => Promise<T>): Promise<T> {
  const { createLogUpdate } = await import('log-update')
  const update = createLogUpdate(process.stderr)
  const draw = (): void => {
    if (output.isSeen) update(shown.lines((process.stderr.columns ?? 80) - 1).join('\n'))
  }
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS)
  output.beside = write => {
    if (output.isSeen) update.clear()
    write()
    draw()
  }
  try {
    return await work()
  } finally {
    clearInterval(timer)
    output.beside = write => write()
    draw()
    if (output.isSeen) update.done()
  }
}

async function inLog<T>(output: Output, shown: Shown, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => output.note(shown.line()), LOG_INTERVAL_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
