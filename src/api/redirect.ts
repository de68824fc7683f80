import type { HttpAnswer } from './answer.js'

/**
 * Where a redirect would lead, in words; with a warning where a key goes, or would go, unencrypted to a host
 * that is not this machine.
 */
export function redirectTarget({ status, headers }: HttpAnswer, from: URL): string {
  const location = Array.isArray(headers['location']) ? headers['location'][0] : headers['location']
  const target =
    location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const named =
    target === undefined
      ? 'naming no address'
      : `to ${(target.origin === 'null' ? target.href : target.origin + target.pathname).slice(0, 200)}`
  const warnings = [
    isClear(from) ? `the key was sent in clear text to ${from.host}: use https://` : '',
    target !== undefined && target.host !== from.host && isClear(target)
      ? `there the key would go in clear text to another host, ${target.host}`
      : '',
  ]
  return [`HTTP ${status} ${named}`, ...warnings.filter(warning => warning !== '')].join('; ')
}

function isClear({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
