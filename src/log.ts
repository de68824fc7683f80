import { destination, pino, type Logger } from 'pino'

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]
export type { Logger }

/**
 * Structured log lines (JSON) on stderr. What a person is told goes through the command line's own output; the log is
 * for finding out why. Callers never hand over the key, a `cache_url` or a raw body.
 */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: 2, sync: true }))
}
