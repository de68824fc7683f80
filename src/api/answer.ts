import type { ErrorCode } from '../errors.js'
import { messageOf } from '../errors.js'
import { askedWait } from './asked-wait.js'
import { looksLikeHtml, openEnvelope, UnreadableBody, type Page } from './envelope.js'
import { errorText } from './failures.js'
import { forbiddenBy } from './forbidden.js'
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
  | {
      readonly kind: 'refusal'
      readonly code: ErrorCode
      readonly message: string
      readonly waitMs?: number | undefined
    }

/** What an HTTP answer means, by the contract's table of answers; pure. */
export function interpretAnswer(route: Route, hadCursor: boolean, answer: HttpAnswer): Meaning {
  if (answer.status === 200) return openPage(route, hadCursor, answer)
  return refusalOf(answer, hadCursor, messageIn(answer.text) ?? `HTTP ${answer.status}`)
}

/** What a status means, be it that of HTTP or the one in an envelope. */
function refusalOf({ status, headers, text }: HttpAnswer, hadCursor: boolean, message: string): Meaning {
  const refusal = (code: ErrorCode): Meaning => ({ kind: 'refusal', code, message })
  if (status === 429) return { kind: 'refusal', code: 'rate-limited', message, waitMs: askedWait(headers) }
  if (status === 401) return refusal('key-refused')
  if (status === 402) return refusal('balance-empty')
  if (status === 403) return refusal(forbiddenBy(text))
  if (status === 404 || status === 410) return refusal('gone')
  if (status >= 300 && status < 400) return { kind: 'refusal', code: 'redirected', message: `HTTP ${status}` }
  if (looksLikeHtml(text))
    return { kind: 'refusal', code: 'server-error', message: `HTTP ${status} with an HTML page` }
  if (status === 400) return refusal(badRequest(message, hadCursor))
  return refusal(isRefused(status) ? 'bad-request' : 'server-error')
}

const RETRY = /retry|重试/i

function badRequest(message: string, hadCursor: boolean): ErrorCode {
  if (RETRY.test(message)) return 'asked-to-retry'
  return hadCursor ? 'dead-cursor' : 'bad-request'
}

/** 408 (timeout) and 425 (too early) are the server's trouble, not the request's. */
function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425
}

function openPage(route: Route, hadCursor: boolean, answer: HttpAnswer): Meaning {
  try {
    return { kind: 'page', page: openEnvelope(answer.text, route.shape) }
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error
    const message = quotable(messageOf(error))
    const status = error.failure?.status
    if (status === undefined) return { kind: 'refusal', code: 'malformed-answer', message }
    return refusalOf({ ...answer, status }, hadCursor, `code ${status}: ${message}`)
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
