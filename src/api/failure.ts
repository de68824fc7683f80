import type { ErrorCode } from '../errors.js'
import { messageOf } from '../errors.js'
import type { Proxy } from '../proxy.js'

/** Why a request brought no answer. */
export interface Failure {
  readonly code: ErrorCode
  readonly reason: string
}

/** How OpenSSL and Node call what is wrong with a certificate. */
const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|ERR_TLS_CERT_|INVALID_|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/
const CLOCK_MATTERS = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)/
/**
 * Handshakes that fail alike however often they are tried; others, such as a reset, may go well the next
 * time.
 */
const PROTOCOL =
  /^ERR_SSL_.*(WRONG_VERSION_NUMBER|PROTOCOL|HANDSHAKE_FAILURE|UNRECOGNIZED_NAME|NO_SHARED_CIPHER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|TOO_SMALL|CERTIFICATE)/
const NO_DESCRIPTORS = new Set(['EMFILE', 'ENFILE'])

/**
 * What an error of the network means.
 * @param sent whether the request had been handed to a connection
 */
export function failureOf(error: unknown, sent: boolean, proxy: Proxy | undefined): Failure {
  const inner = innermost(error)
  const code = (inner as NodeJS.ErrnoException).code ?? ''
  const reason =
    reasonOf(inner) + (proxy === undefined ? '' : ` (through the proxy ${proxy.name} of ${proxy.setting})`)
  if (NO_DESCRIPTORS.has(code)) return { code: 'no-descriptors', reason }
  const refusal = refusalOfProxy(inner, proxy)
  if (refusal !== undefined) return refusal
  if (sent) return { code: 'unreachable', reason }
  if (CERTIFICATE.test(code)) return { code: 'insecure', reason: `${reason}, ${certificateHint(code)}` }
  if (PROTOCOL.test(code))
    return { code: 'insecure', reason: `what is there does not speak this TLS: ${reason}` }
  return { code: 'unreachable', reason }
}

function certificateHint(code: string): string {
  return CLOCK_MATTERS.test(code)
    ? 'or the clock of this machine is wrong'
    : 'or NODE_EXTRA_CA_CERTS=FILE must name an authority of your own'
}

/**
 * The proxy's own answer, which undici reports as an error: most refuse for good, some cannot reach the API
 * now.
 */
function refusalOfProxy(error: unknown, proxy: Proxy | undefined): Failure | undefined {
  const status = Number(
    /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(messageOf(error))?.[1] ?? Number.NaN,
  )
  if (proxy === undefined || Number.isNaN(status)) return undefined
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429
  const said = `${proxy.name} of ${proxy.setting} answered HTTP ${status}`
  if (!isFinal) return { code: 'unreachable', reason: `the proxy ${said}` }
  const why =
    status === 407
      ? 'it wants a user and a password, as in http://USER:PASSWORD@HOST:PORT'
      : 'it does not let this request through'
  return { code: 'proxy-refused', reason: `${said}: ${why}` }
}

/**
 * What happened first: errors of several addresses come together, and those of a secure proxy inside another.
 */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
}

/** OpenSSL's message names its source files; its reason is what they say. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error && 'library' in error && 'reason' in error ? error.reason : undefined
  return typeof reason === 'string' ? reason : messageOf(error)
}
