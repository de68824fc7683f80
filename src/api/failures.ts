import { isObject } from './payloads.js'

/** A failure that an envelope tells of, whatever the HTTP status. */
export interface Failure {
  /** The HTTP status that it would have been; undefined where it names none. */
  readonly status: number | undefined
  readonly message: string | undefined
}

/** Codes in words that gateways and the platform give in the place of a status. */
const CODE_WORDS: ReadonlyMap<string, number> = new Map([
  ...[
    'invalid_api_key',
    'incorrect_api_key',
    'invalid_token',
    'unauthorized',
    'unauthenticated',
    'authentication_error',
  ].map((word): [string, number] => [word, 401]),
  ...[
    'insufficient_quota',
    'insufficient_balance',
    'insufficient_credits',
    'payment_required',
    'quota_exceeded',
  ].map((word): [string, number] => [word, 402]),
  ...['forbidden', 'permission_denied', 'access_denied'].map((word): [string, number] => [word, 403]),
  ...['rate_limit_exceeded', 'rate_limited', 'too_many_requests'].map((word): [string, number] => [
    word,
    429,
  ]),
])

/** What only a record or a list of records has: beside it, a code is a field like any other. */
const RECORD_FIELDS = ['items', 'children', 'post', 'profile', 'id', 'user_id']

/**
 * The failure that the envelope of a 200 tells of: a code of 400 or more (a number, or text that reads as
 * one) in any of the gateways' dialects, or `success: false`. The innermost code counts. Undefined where it
 * tells of none.
 */
export function failureIn(envelope: Record<string, unknown>): Failure | undefined {
  const { data } = envelope
  const inData =
    isObject(data) && !RECORD_FIELDS.some(name => name in data)
      ? [data['error'], data]
      : isObject(data)
        ? [data['error']]
        : []
  const holders = [...inData, envelope['detail'], envelope['error'], envelope].filter(isObject)
  const status = holders
    .flatMap(holder => ['code', 'status_code', 'status'].map(name => statusIn(holder[name])))
    .find(code => code !== undefined)
  const isSaid =
    [envelope['success'], envelope['ok']].some(isNo) ||
    envelope['error'] === true ||
    hasWords(envelope['error'])
  if (status === undefined && !isSaid) return undefined
  return {
    status: status !== undefined && status < 600 ? status : undefined,
    message: errorText(envelope) ?? (isObject(data) ? errorText(data) : undefined),
  }
}

/** A code that means failure; those below 400 are some gateways' words for success. */
function statusIn(code: unknown): number | undefined {
  const text = typeof code === 'string' ? code.trim() : ''
  const number =
    typeof code === 'number'
      ? code
      : /^\d{3,6}(\.0+)?$/.test(text)
        ? Number(text)
        : CODE_WORDS.get(text.toLowerCase())
  return number !== undefined && number >= 400 ? Math.trunc(number) : undefined
}

function isNo(value: unknown): boolean {
  return value === false || value === 0 || (typeof value === 'string' && /^(false|0)$/i.test(value.trim()))
}

const NO_ERROR = /^(0|200|ok|success|none)?$/i

/**
 * An error object that says nothing, or whose code is that of success, is how some envelopes say that there
 * is none.
 */
function hasWords(error: unknown): boolean {
  if (!isObject(error)) return false
  const { code } = error
  const isNone = (typeof code === 'string' || typeof code === 'number') && NO_ERROR.test(String(code))
  return !isNone && errorText(error) !== undefined
}

const MAX_NESTING = 5

/** The message of an error in any of the gateways' dialects; undefined where there is none. */
export function errorText(body: unknown, nesting = 0): string | undefined {
  if (nesting > MAX_NESTING) return undefined
  if (typeof body === 'string') return body === '' ? undefined : body
  if (Array.isArray(body))
    return (
      body
        .map(validationText)
        .filter(text => text !== undefined)
        .join('; ') || undefined
    )
  if (!isObject(body)) return undefined
  return (
    errorText(body['detail'], nesting + 1) ??
    errorText(body['error'], nesting + 1) ??
    firstString(body['message'], body['msg'], body['message_zh'], body['code'])
  )
}

/** All that an error says, in every language in which it says it. */
export function errorWords(body: unknown, nesting = 0): string {
  if (nesting > MAX_NESTING || !isObject(body)) return errorText(body, nesting) ?? ''
  const said = ['message', 'msg', 'message_zh', 'code', 'type', 'reason']
    .map(name => body[name])
    .filter(value => typeof value === 'string')
  const inner = ['detail', 'error', 'data'].map(name =>
    name in body ? errorWords(body[name], nesting + 1) : '',
  )
  return [...inner, ...said].filter(text => text !== '').join('. ')
}

function validationText(entry: unknown): string | undefined {
  if (!isObject(entry)) return undefined
  const { loc } = entry
  const field = Array.isArray(loc)
    ? loc.filter(part => typeof part === 'string' || typeof part === 'number').join('.')
    : undefined
  return [field, firstString(entry['msg'])].filter(Boolean).join(': ') || undefined
}

function firstString(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}
