import { randomBytes, randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Payload } from './payloads/payload.js'
import type { Refusal } from './refusal.js'

/** Whose habits an answer follows; the prefix of the request decides. */
export type Gateway = 'tikhub' | 'tikomni'

/** The path under which each gateway serves the routes. */
export const prefixes: Record<Gateway, string> = { tikhub: '/api/v1/sora2', tikomni: '/api/u1/v1/sora2' }

/** What an envelope repeats of its request. */
export interface Asked {
  readonly gateway: Gateway
  readonly requestId: string
  readonly route: string
  readonly params: Readonly<Record<string, string>>
}

export function newRequestId(): string {
  return randomUUID()
}

/** The envelope of a 200: TikHub's with its links, TikOmni's without. */
export function success(asked: Asked, data: Payload): Payload {
  const now = new Date()
  const common = {
    ...head(
      asked,
      200,
      'Request successful. This request will incur a charge.',
      '请求成功，本次请求将被计费。',
    ),
    time: now.toISOString().slice(0, 19).replace('T', ' '),
    time_stamp: Math.floor(now.getTime() / 1000),
    time_zone: 'UTC',
    params: asked.params,
    data,
  }
  if (asked.gateway === 'tikomni') return common
  return {
    ...common,
    support: 'This is the sandbox of sora-crawl: nothing here is real.',
    docs: `https://docs.tikhub.io/${asked.route}`,
    cache_message:
      'This request will be cached. You can access the cached result directly using the URL ' +
      'below, valid for 24 hours.',
    cache_message_zh: '本次请求将被缓存，你可以使用下面的 URL 直接访问缓存结果，有效期为 24 小时。',
    cache_url: `https://cache.tikhub.io/api/v1/cache/public/${randomUUID()}?sign=${randomBytes(32).toString('hex')}`,
  }
}

/** The body of an answer other than 200, in the dialect of the gateway. */
export function refused(asked: Asked, refusal: Refusal): Payload {
  if (refusal.problems !== undefined) return { detail: refusal.problems }
  if (refusal.status === 404 && asked.route === '') return { detail: STATUS_CODES[404] }
  const flat = {
    ...head(asked, refusal.status, refusal.message, `${refusal.message} 本次请求不会被扣费。`),
    params: asked.params,
  }
  if (asked.gateway === 'tikhub') return { detail: flat }
  return refusal.status === 401 ? { error: { code: 'invalid_api_key', message: refusal.message } } : flat
}

function head(asked: Asked, code: number, message: string, messageZh: string): Payload {
  return {
    code,
    request_id: asked.requestId,
    message,
    message_zh: messageZh,
    router: `${prefixes[asked.gateway]}/${asked.route}`,
  }
}
