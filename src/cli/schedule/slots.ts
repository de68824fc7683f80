import { Cron } from 'croner'
import { AppError, messageOf } from '../../errors.js'

/**
 * The times at which a schedule runs; they begin to come when a function is scheduled on them. Each is
 * computed from the clock, so they do not drift; all that a sleeping machine has missed come as one when it
 * wakes.
 * @throws AppError `bad-usage` for an expression that cannot be read or names no time, and for an unknown
 *   time zone
 */
export function readSlots(expression: string, timezone: string | undefined): Cron {
  if (timezone !== undefined) checkTimezone(timezone)
  const fields = expression.trim().split(/\s+/).length
  if (!expression.startsWith('@') && fields !== 5 && fields !== 6)
    throw refusal(expression, 'it takes five fields, or six with seconds first')
  const slots = parse(expression, timezone)
  if (slots.nextRun() === null) throw refusal(expression, 'that time never comes')
  return slots
}

/** When the next slot comes, as ISO time; null once the slots have been stopped. */
export function nextOf(slots: Cron): string | null {
  return slots.nextRun()?.toISOString() ?? null
}

/** Whose clock a schedule goes by, in words; a machine can have a zone without a name. */
export function clockName(timezone: string | undefined): string {
  const zone = timezone ?? (Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined)
  return zone === undefined || zone === 'Etc/Unknown'
    ? `the clock of this machine, ${offsetFromUtc(new Date())}`
    : zone
}

function offsetFromUtc(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}

function checkTimezone(timezone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new AppError(
      'bad-usage',
      `--timezone: there is no time zone "${timezone}"; for example Europe/Berlin`,
      { cause },
    )
  }
}

function parse(expression: string, timezone: string | undefined): Cron {
  try {
    return new Cron(expression, { mode: '5-or-6-parts', ...(timezone === undefined ? {} : { timezone }) })
  } catch (error) {
    throw refusal(
      expression,
      messageOf(error)
        .replace(/^CronPattern: /, '')
        .replace(/[.]$/, ''),
      error,
    )
  }
}

function refusal(expression: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'bad-usage',
    `--cron "${expression}": ${why}; for example --cron "0 3 * * *" (minute, hour, day, month, weekday)`,
    { cause },
  )
}
