import { AppError, ExitCode, type ErrorCode } from '../../errors.js'

/** Whether something was shown to be right by one answer; `unknown` where the answer does not tell. */
export type Judged = 'right' | 'wrong' | 'unknown'

/** What one answer says of the address, the key and the route. */
export interface Verdict {
  readonly address: Judged
  readonly key: Judged
  readonly route: Judged
}

const verdict = (address: Judged, key: Judged, route: Judged): Verdict => ({ address, key, route })
const NOTHING = verdict('unknown', 'unknown', 'unknown')

/** Of refusals; what is not here tells nothing of the three. */
const OF_REFUSALS: Partial<Record<ErrorCode, Verdict>> = {
  'key-refused': verdict('right', 'wrong', 'unknown'),
  'key-forbidden': verdict('right', 'wrong', 'right'),
  forbidden: verdict('right', 'unknown', 'unknown'),
  private: verdict('right', 'unknown', 'unknown'),
  'balance-empty': verdict('right', 'right', 'unknown'),
  'quota-spent': verdict('right', 'right', 'unknown'),
  'rate-limited': verdict('right', 'unknown', 'unknown'),
  'bad-request': verdict('right', 'unknown', 'right'),
  gone: verdict('unknown', 'unknown', 'wrong'),
  redirected: verdict('wrong', 'unknown', 'unknown'),
  insecure: verdict('wrong', 'unknown', 'unknown'),
}

/** @param code of the refusal; null after a page */
export function verdictOf(code: ErrorCode | null): Verdict {
  return code === null ? verdict('right', 'right', 'right') : (OF_REFUSALS[code] ?? NOTHING)
}

/** The exit code of a crawl all of whose answers were like this one. */
export function exitOfAnswer(code: ErrorCode | null): ExitCode {
  if (code === null) return ExitCode.finished
  // Of one entity it is no failure; of a route that needs none it is.
  return code === 'gone' ? ExitCode.notServed : new AppError(code, '').exit
}

/** The verdict and what to do about it, as sentences. */
export function verdictText(code: ErrorCode | null, words: string): string {
  if (code === null) return 'Address, key and route are right.'
  if (code === 'gone')
    return (
      `The route is not at this address (${words}): the address is wrong (it ends in /sora2), or the gateway ` +
      'has dropped the route.'
    )
  const { address, key } = verdictOf(code)
  const right = [address === 'right' ? 'the address is right' : '', key === 'right' ? 'so is the key' : '']
  const known = right.filter(Boolean).join(', and ')
  return `${new AppError(code, words).line}${known === '' ? '' : ` What is known: ${known}.`}`
}
