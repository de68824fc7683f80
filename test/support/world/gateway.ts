/** What a gateway wraps around an answer: its envelope, its errors, its prefix. */
import type { Gateway, Route } from './model.js'
import type { Json, JsonObject } from './wire.js'

export const PREFIX: Record<Gateway, string> = { tikhub: '/api/v1/sora2', tikomni: '/api/u1/v1/sora2' }

export const CACHE_HOST = 'cache.tikhub.io'

interface Asked {
  route: Route | string
  params: Record<string, string>
  n: number
}

function common(gateway: Gateway, asked: Asked, code: number, message: string): JsonObject {
  const id = String(asked.n).padStart(12, '0')
  return {
    code,
    request_id: `11111111-aaaa-4bbb-8ccc-${id}`,
    message,
    message_zh: '消息',
    router: `${PREFIX[gateway]}/${asked.route}`,
    params: asked.params,
  }
}

export function envelope(gateway: Gateway, asked: Asked, data: Json): JsonObject {
  const basic = common(gateway, asked, 200, 'Request successful. This request will incur a charge.')
  if (gateway === 'tikomni') return { ...basic, data }
  return {
    ...basic,
    support: 'Discord',
    time: '2026-01-02 03:04:05',
    time_stamp: 1_767_351_845,
    time_zone: 'America/Los_Angeles',
    docs: 'https://docs.tikhub.io',
    cache_message: 'This request will be cached.',
    cache_message_zh: '缓存',
    cache_url: `https://${CACHE_HOST}/api/v1/cache/public/${asked.n}?sign=00ff`,
    data,
  }
}

export function failure(gateway: Gateway, asked: Asked, code: number, message: string): JsonObject {
  if (code === 422) return { detail: [{ loc: ['query'], msg: message, type: 'missing' }] }
  const basic = common(gateway, asked, code, message)
  return gateway === 'tikhub' ? { detail: basic } : basic
}
