/** Aborts at Ctrl-C or SIGTERM; a second one ends the program at once. @returns the signal, and how to stop listening */
export function abortOnSignals(exitCode: number): { signal: AbortSignal; forget: () => void } {
  const aborting = new AbortController()
  const onSignal = (): void => {
    if (aborting.signal.aborted) process.exit(exitCode)
    aborting.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { signal: aborting.signal, forget: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}
