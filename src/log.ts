import { destination, pino, type Logger } from 'pino'
import { shownText } from './errors.js'

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'
export type { Logger }

/**
 * Structured log lines (JSON) on stderr. What a person is told goes through the command line's own output;
 * the log is for finding out why. Callers never hand over the key, a `cache_url` or a raw body.
 * @param onLost called when a line cannot be written; the log says nothing from then on, and nothing else
 *   comes of it
 */
export function createLogger(level: LogLevel, onLost: (error: Error) => void = () => undefined): Logger {
  const stderr = destination({ dest: 2, sync: true })
  let isLost = false
  stderr.on('error', (error: Error) => {
    isLost = true
    onLost(error)
  })
  // Lines that cannot be written are kept by the destination: there must be no more of them.
  const write = (line: string): boolean => isLost || stderr.write(`${shownText(line.trimEnd())}\n`)
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write })
}
