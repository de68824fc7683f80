import { createHash } from 'node:crypto'
import { isObject } from './payloads.js'

/** Fields that tell requests apart, or when they were answered, and nothing of what was answered. */
const VOLATILE =
  /^(x[-_])?((request|req|trace|span|correlation|transaction|session|log|event|cf[-_]?ray|ray)[-_]?id|cf[-_]?ray|ray|trace|nonce|instance|cache_url|time|time_?stamp|date|datetime|now|server_?time|elapsed(_?ms)?|duration(_?ms)?|took|latency(_?ms)?)$/i

/**
 * Request ids and times in the words of a message or a page: long hexadecimal numbers and UUIDs, dates, times
 * of day, Unix times.
 */
const MASKS: readonly RegExp[] = [
  /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi,
  /\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{16,}\b/gi,
  /\d{4}[-/]\d\d[-/]\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?/g,
  /((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(\d{1,2}[ -][A-Z][a-z]{2}[a-z]*[ -]\d{2,4}|[A-Z][a-z]{2}[a-z]* \d{1,2},? \d{4})/g,
  /\b\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[AP]M)?\b( ?(UTC|GMT))?/gi,
  /\b1\d{9}(\.\d+|\d{3}|\d{6}|\d{9})?\b/g,
  /\bnonce=["'][^"']*/gi,
  /((request|req|trace|ray|incident|reference)[ _-]?(id|number|no)?["']?\s*[:=#]\s*["']?)[\w-]+/gi,
]

/**
 * Ids and times stand at the head of an answer, or in a page of a few kilobytes: so many characters are
 * looked through for them.
 */
const MASKED_CHARS = 65_536
const DEEPEST = 64

/**
 * A hash of what an answer says, whatever request it answers and when: equal for two answers that differ in
 * request ids and times alone.
 * @param text the body
 */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(essence(text)).digest('base64')
}

function essence(text: string): string {
  try {
    return JSON.stringify(stripped(JSON.parse(text), false, 0))
  } catch {
    return masked(text)
  }
}

/** Ids and times of what was collected are told by `data`, and stay; words are words wherever they are. */
function stripped(value: unknown, isData: boolean, depth: number): unknown {
  if (depth > DEEPEST) throw new RangeError('nested too deeply')
  if (Array.isArray(value)) return value.map(one => stripped(one, isData, depth + 1))
  if (isObject(value)) {
    const fields = Object.entries(value).filter(([name]) => !VOLATILE.test(name))
    return Object.fromEntries(
      fields.map(([name, inner]) => [name, stripped(inner, isData || name === 'data', depth + 1)]),
    )
  }
  if (isData && !(typeof value === 'string' && /\s/.test(value))) return value
  if (typeof value === 'number') return masked(String(value))
  return typeof value === 'string' ? masked(value) : value
}

function masked(text: string): string {
  return (
    MASKS.reduce((left, mask) => left.replaceAll(mask, '·'), text.slice(0, MASKED_CHARS)) +
    text.slice(MASKED_CHARS)
  )
}
