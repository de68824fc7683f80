import stringWidth from 'string-width'
import type { MicroUsd } from '../api/index.js'
import { oneLine } from '../errors.js'

const integer = new Intl.NumberFormat('en-US')

/** 1234567 as "1,234,567". */
export function number(value: number): string {
  return integer.format(value)
}

/** Millionths of a dollar as "$12.35"; with more digits only where cents would hide something. */
export function dollars(cost: MicroUsd): string {
  const digits = cost % 10_000 === 0 ? 2 : 3
  return `$${(cost / 1_000_000).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`
}

/** Milliseconds as "850 ms", "12 s", "3 min 05 s" or "2 h 10 min". */
export function duration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** 12345678 as "12.3 MB". */
export function bytes(value: number): string {
  const unit = value < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3))
  const amount = value / 1_000 ** unit
  return `${unit === 0 || amount >= 100 ? number(Math.round(amount)) : amount.toFixed(1)} ${UNITS[unit]}`
}

/** "1 page", "2 pages". */
export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A cut of a text that fits `width` columns of a terminal and is safe to show on one. */
export function cut(text: string, width: number): string {
  const safe = oneLine(text)
  if (stringWidth(safe) <= width) return safe
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(safe)) {
    used += stringWidth(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** A subject for people: a user by handle, with the id beside it. */
export function withHandle(id: string, handles: ReadonlyMap<string, string>): string {
  const handle = handles.get(id)
  return handle === undefined ? cut(id, 38) : `@${cut(handle, 30)} (${cut(id, 38)})`
}
