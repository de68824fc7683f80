import type { ProgressView } from '../crawl/index.js'
import { count, cut, dollars, duration, number } from './format.js'

/**
 * The progress of a crawl for a terminal: a few lines, none wider than `width` columns.
 * @param left what is still to come; null where nobody can say
 */
export function progressLines(view: ProgressView, width: number, left: string | null = null): string[] {
  const { streams, rows, waiting } = view
  const lines = [
    `streams  ${number(streams.done)} done, ${number(streams.open)} open${failures(view)}`,
    `pages    ${number(view.pages)}, ${view.requestsPerSecond.toFixed(1)} requests a second, ` +
      `${number(view.inFlight)} in flight`,
    `rows     ${number(rows.inserted)} new, ${number(rows.updated)} updated, ${number(rows.unchanged)} unchanged${setAside(view)}`,
    `spent    ${dollars(view.cost)} for ${count(view.requests, 'request')} in ${duration(view.elapsedMs)}`,
  ]
  if (left !== null) lines.push(`left     ${left}`)
  if (waiting !== null) lines.push(`waiting ${duration(waiting.ms)}: ${waiting.why}`)
  return lines.map(line => cut(line, width))
}

/** The same as one line, for a log. */
export function progressLine(view: ProgressView, left: string | null = null): string {
  const { streams, rows, waiting } = view
  const parts = [
    `${number(streams.done)} streams done, ${number(streams.open)} open${failures(view)}`,
    count(view.pages, 'page'),
    `${number(rows.inserted)} rows new, ${number(rows.updated)} updated${setAside(view)}`,
    `${view.requestsPerSecond.toFixed(1)} requests a second`,
    dollars(view.cost),
  ]
  if (left !== null) parts.push(`left: ${left}`)
  if (waiting !== null) parts.push(`waiting ${duration(waiting.ms)}: ${waiting.why}`)
  return parts.join('; ')
}

function failures({ streams }: ProgressView): string {
  return streams.failed > 0 ? `, ${number(streams.failed)} failed` : ''
}

function setAside({ rows }: ProgressView): string {
  return rows.rejected > 0 ? `, ${number(rows.rejected)} set aside` : ''
}
