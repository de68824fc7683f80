import type { ErrorCode } from '../errors.js'
import { messageOf } from '../errors.js'
import { errorText, looksLikeHtml, openEnvelope, UnreadableBody, type Page } from './envelope.js'
import type { Route } from './routes.js'

/** An HTTP answer with its body decoded. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A page, or the reason why there is none. */
export type Meaning =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'refusal'; readonly code: ErrorCode; readonly message: string; readonly waitMs?: number | undefined }

/** What an HTTP answer means, by the contract's table of answers; pure. */
export function interpretAnswer(route: Route, hadCursor: boolean, answer: HttpAnswer): Meaning {
  if (answer.status === 200) return openPage(route, answer.text)
  const message = messageIn(answer.text) ?? `HTTP ${answer.status}`
  const refusal = (code: ErrorCode): Meaning => ({ kind: 'refusal', code, message })
  if (answer.status === 429) return { kind: 'refusal', code: 'rate-limited', message, waitMs: askedWait(answer.headers) }
  if (answer.status === 401) return refusal('key-refused')
  if (answer.status === 402) return refusal('balance-empty')
  if (answer.status === 404 || answer.status === 410) return refusal('gone')
  if (looksLikeHtml(answer.text)) return { kind: 'refusal', code: 'server-error', message: `HTTP ${answer.status} with an HTML page` }
  if (answer.status === 400) return refusal(badRequest(message, hadCursor))
  if (answer.status === 403) return refusal(PRIVATE.test(message) ? 'private' : 'forbidden')
  return refusal(isRefused(answer.status) ? 'bad-request' : 'server-error')
}

const PRIVATE = /private|not public|protected|私密|非公开/i
const RETRY = /retry|重试/i

function badRequest(message: string, hadCursor: boolean): ErrorCode {
  if (RETRY.test(message)) return 'asked-to-retry'
  return hadCursor ? 'dead-cursor' : 'bad-request'
}

/** 408 (timeout) and 425 (too early) are the server's trouble, not the request's. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425
}

function openPage(route: Route, text: string): Meaning {
  try {
    return { kind: 'page', page: openEnvelope(text, route.shape) }
  } catch (error) {
    if (error instanceof UnreadableBody) return { kind: 'refusal', code: 'malformed-answer', message: quotable(messageOf(error)) }
    throw error
  }
}

/** What a server says is kept in the ledger: no more of it than people read, and valid Unicode. */
function quotable(message: string): string {
  return message.slice(0, 300).toWellFormed()
}

function messageIn(text: string): string | undefined {
  try {
    const message = errorText(JSON.parse(text))
    return message === undefined ? undefined : quotable(message)
  } catch {
    return undefined
  }
}

/**
 * The wait that a 429 asks for, in milliseconds: `Retry-After` as seconds or as a date, else `X-RateLimit-Reset` as
 * seconds or as a time since the epoch. Undefined where neither can be read.
 */
export function askedWait(headers: HttpAnswer['headers'], nowMs = Date.now()): number | undefined {
  const after = headerText(headers['retry-after'])
  if (after !== undefined) {
    const wait = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1000 : dateWait(after, nowMs)
    if (wait !== undefined) return wait
  }
  const reset = headerText(headers['x-ratelimit-reset'])
  return reset !== undefined && /^\d+(\.\d+)?$/.test(reset) ? resetWait(Number(reset), nowMs) : undefined
}

function dateWait(text: string, nowMs: number): number | undefined {
  // Date.parse reads "-5" and "retry 5" as years; an HTTP date names a month and a time of day.
  const at = /[a-z]{3}.*\d\d:\d\d:\d\d/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

/** Smaller numbers are seconds to wait; from 2001 on, a time in seconds; from 1e12 on, in milliseconds. */
function resetWait(value: number, nowMs: number): number {
  if (value < 1e9) return value * 1000
  return Math.max(0, (value < 1e12 ? value * 1000 : value) - nowMs)
}

function headerText(value: string | string[] | undefined): string | undefined {
  // Longer than any time or number: patterns are not matched against whatever a server sends.
  return (Array.isArray(value) ? value[0] : value)?.slice(0, 100).trim()
}
