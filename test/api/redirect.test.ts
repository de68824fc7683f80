import { expect, it } from 'vitest'
import { redirectTarget } from '../../src/api/redirect.js'

const OURS = 'https://api.example/api/v1/sora2/get_feed?cursor=c'

it.each([
  [OURS, 'https://api.example/login?next=/x', 'HTTP 302 to https://api.example/login'],
  [OURS, '/login', 'HTTP 302 to https://api.example/login'],
  [
    OURS,
    'http://other.example/x',
    'HTTP 302 to http://other.example/x; there the key would go in clear text to another host, other.example',
  ],
  [OURS, 'http://127.0.0.1:9/x', 'HTTP 302 to http://127.0.0.1:9/x'],
  [OURS, undefined, 'HTTP 302 naming no address'],
  [OURS, 'http://[', 'HTTP 302 naming no address'],
  [
    'http://api.example/get_feed',
    'https://api.example/get_feed',
    'HTTP 302 to https://api.example/get_feed; the key was sent in clear text to api.example: use https://',
  ],
  ['http://127.0.0.1:3/get_feed', 'https://api.example/get_feed', 'HTTP 302 to https://api.example/get_feed'],
])('a redirect is told by its target, and by what becomes of the key: %s to %s', (from, location, text) => {
  expect(redirectTarget({ status: 302, headers: { location }, text: '' }, new URL(from))).toBe(text)
})
