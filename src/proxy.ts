import { AppError } from './errors.js'

/** The proxy through which requests go. */
export interface Proxy {
  /** With user and password, where it has them. */
  readonly url: string
  /** The same for people to read: protocol, host and port alone. */
  readonly name: string
  /** The setting that names it. */
  readonly setting: string
}

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'HTTP_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'],
}
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/**
 * The proxy for an address, by the rules of undici's agent: small letters go before capitals, and HTTP_PROXY
 * serves https where HTTPS_PROXY is not set. An address of this machine means another machine to a proxy
 * elsewhere, so it goes there directly.
 * @throws AppError `bad-setting` for a proxy that is none; the message never repeats it, for it may hold a
 *   password
 */
export function proxyFor(
  target: URL,
  environment: Readonly<Record<string, string | undefined>>,
): Proxy | undefined {
  const setting = SETTINGS[target.protocol]?.find(name => environment[name] !== undefined)
  if (setting === undefined || isExempt(target, environment['no_proxy'] ?? environment['NO_PROXY'] ?? ''))
    return undefined
  const proxy = readProxy(environment[setting] ?? '', setting)
  return isThisMachine(target.hostname) && !isThisMachine(new URL(proxy.url).hostname) ? undefined : proxy
}

/** True for `localhost` and the loopback addresses. */
export function isThisMachine(hostname: string): boolean {
  return /^(.*\.)?localhost\.?$|^127(\.\d+){3}$|^\[::1\]$|^\[::ffff:7f[\da-f]{2}:[\da-f]+\]$/i.test(hostname)
}

function readProxy(text: string, setting: string): Proxy {
  const address = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    !isDecodable(url.username + url.password)
  ) {
    throw new AppError(
      'bad-setting',
      `${setting} is not the address of an http(s) proxy; NO_PROXY names hosts that are asked without one`,
    )
  }
  return { url: url.href, name: url.origin, setting }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Entries are hosts with their subdomains, with or without a leading dot and a port; `*` is every host. */
function isExempt(target: URL, list: string): boolean {
  const port = target.port === '' ? DEFAULT_PORTS[target.protocol] : target.port
  return list
    .split(/[,\s]/)
    .filter(Boolean)
    .some(entry => {
      if (entry === '*') return true
      const [, named = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? []
      const host = named.replace(/^\*?\./, '').toLowerCase()
      return (
        (onlyPort === undefined || onlyPort === port) &&
        (target.hostname === host || target.hostname.endsWith(`.${host}`))
      )
    })
}
