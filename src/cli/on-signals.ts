import { ignoresHangup } from './hangup.js'

const ASKS_TO_STOP = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Whether a terminal that goes asks us to stop; looked at once, while things are as they were at the start.
 */
const hangupCounts = !ignoresHangup()

/**
 * Calls at Ctrl-C, at SIGTERM, and when the terminal goes (SIGHUP), unless `nohup` or the like has asked for
 * that to be ignored.
 * @returns how to stop listening
 */
export function onStopSignals(stop: () => void): () => void {
  const signals = ASKS_TO_STOP.filter(signal => hangupCounts || signal !== 'SIGHUP')
  let isAsked = false
  const onSignal = (signal: NodeJS.Signals): void => {
    // One terminal that goes can send it several times: by the kernel, and by the shell.
    if (isAsked && signal === 'SIGHUP') return
    isAsked = true
    stop()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

/**
 * Makes good what Node undoes at its start: from here on a SIGHUP that is to be ignored does not end the
 * program.
 */
export function keepIgnoringHangup(): void {
  if (!hangupCounts && process.listenerCount('SIGHUP', ignore) === 0) process.on('SIGHUP', ignore)
}

function ignore(): void {
  // A signal that has a listener does nothing else.
}

/**
 * Aborts at a signal that asks to stop; a second one ends the program at once. @returns the signal, and how
 * to stop listening
 */
export function abortOnSignals(exitCode: number): { signal: AbortSignal; forget: () => void } {
  const aborting = new AbortController()
  const forget = onStopSignals(() => {
    if (aborting.signal.aborted) process.exit(exitCode)
    aborting.abort()
  })
  return { signal: aborting.signal, forget }
}
