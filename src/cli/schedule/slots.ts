import { Cron } from 'croner'
import { AppError, messageOf } from '../../errors.js'

/**
 * The times at which a schedule runs; they begin to come when a function is scheduled on them. Each is computed from the
 * clock, so they do not drift; all that a sleeping machine has missed come as one when it wakes.
 * @throws AppError `bad-usage` for an expression that cannot be read or names no time, and for an unknown time zone
 */
export function readSlots(expression: string, timezone: string | undefined): Cron {
  if (timezone !== undefined) checkTimezone(timezone)
  const fields = expression.trim().split(/\s+/).length
  if (!expression.startsWith('@') && fields !== 5 && fields !== 6) throw refusal(expression, 'it takes five fields, or six with seconds first')
  const slots = parse(expression, timezone)
  if (slots.nextRun() === null) throw refusal(expression, 'that time never comes')
  return slots
}

/** When the next slot comes, as ISO time; null once the slots have been stopped. */
export function nextOf(slots: Cron): string | null {
  return slots.nextRun()?.toISOString() ?? null
}

function checkTimezone(timezone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (cause) {
    throw new AppError('bad-usage', `--timezone: there is no time zone "${timezone}"; for example Europe/Berlin`, { cause })
  }
}

function parse(expression: string, timezone: string | undefined): Cron {
  try {
    return new Cron(expression, { mode: '5-or-6-parts', ...(timezone === undefined ? {} : { timezone }) })
  } catch (error) {
    throw refusal(expression, messageOf(error).replace(/^CronPattern: /, '').replace(/[.]$/, ''), error)
  }
}

function refusal(expression: string, why: string, cause?: unknown): AppError {
  return new AppError('bad-usage', `--cron "${expression}": ${why}; for example --cron "0 3 * * *" (minute, hour, day, month, weekday)`, { cause })
}
