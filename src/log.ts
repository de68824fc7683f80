import { destination, pino, type Logger } from 'pino'

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'
export type { Logger }

/**
 * Structured log lines (JSON) on stderr. What a person is told goes through the command line's own output; the log is
 * for finding out why. Callers never hand over the key, a `cache_url` or a raw body.
 */
export function createLogger(level: LogLevel): Logger {
  const stderr = destination({ dest: 2, sync: true })
  const write = (line: string): boolean => stderr.write(line.replaceAll(UNESCAPED, escaped))
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write })
}

/** Controls that JSON leaves as they are, and some terminals obey. */
// oxlint-disable-next-line no-control-regex
const UNESCAPED = /[\u007F-\u009F]/g

function escaped(char: string): string {
  return `\\u00${char.charCodeAt(0).toString(16)}`
}
