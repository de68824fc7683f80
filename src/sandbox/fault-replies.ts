import type { Asked } from './envelope.js'
import { refused, success } from './envelope.js'
import type { FaultKind } from './faults.js'
import type { Dice } from './world/chance.js'
import { Refusal } from './refusal.js'
import type { Reply } from './reply.js'

/** Faults that are answered in place of the real answer. */
export type Standin = Exclude<FaultKind, 'reset' | 'cutBody' | 'emptyPage'>

/** What a client sees of each fault. */
export const standins: Record<Standin, (asked: Asked, dice: Dice) => Reply> = {
  rateLimited: (asked, dice) => ({
    ...json(asked, new Refusal(429, 'Too many requests. Please slow down.')),
    headers: dice.pick([retryAfterSeconds, retryAfterDate, rateLimitReset] as const)(),
  }),

  serverError: (asked, dice) => {
    const status = dice.pick([500, 502, 503, 504] as const)
    if (dice.oneIn(3)) return { status, body: '' }
    return json(asked, new Refusal(status, 'The platform did not answer.'))
  },

  pleaseRetry: asked => json(asked, new Refusal(400, 'Request failed. Please retry.')),

  deadCursor: asked => json(asked, new Refusal(400, 'Invalid cursor.')),

  errorInside: asked => ({
    status: 200,
    body: JSON.stringify(
      success(asked, {
        error: { code: 'server_error', message: `Something went wrong (${asked.requestId}).` },
      }),
    ),
  }),

  htmlPage: (asked, dice) => {
    const status = dice.pick([200, 502, 503] as const)
    const title = status === 200 ? 'Log in' : 'Bad gateway'
    const page =
      `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>Ray ID: ` +
      `${asked.requestId}</p></body></html>`
    return { status, body: page, headers: { 'content-type': 'text/html; charset=utf-8' } }
  },
}

/** The same answer with its end missing: sometimes the connection breaks, sometimes the text just stops. */
export function cut(reply: Reply, dice: Dice): Reply {
  if (dice.oneIn(2)) return { ...reply, broken: true }
  return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length * (0.1 + 0.8 * dice.unit()))) }
}

/** A refusal as the gateway sends it. */
export function json(asked: Asked, refusal: Refusal): Reply {
  return { status: refusal.status, body: JSON.stringify(refused(asked, refusal)) }
}

const retryAfterSeconds = (): Record<string, string> => ({ 'retry-after': '1' })
const retryAfterDate = (): Record<string, string> => ({
  'retry-after': new Date(Date.now() + 1500).toUTCString(),
})
const rateLimitReset = (): Record<string, string> => ({
  'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1),
})
