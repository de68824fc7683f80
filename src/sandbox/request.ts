import type { IncomingMessage } from 'node:http'
import type { RouteName } from '../api/index.js'
import { routes } from '../api/index.js'
import type { Asked, Gateway } from './envelope.js'
import { newRequestId, prefixes } from './envelope.js'
import type { Problem } from './refusal.js'
import { Refusal } from './refusal.js'

/** A request whose path names a route. */
export interface Routed extends Asked {
  readonly route: RouteName
}

const BODY_LIMIT = 11 * 1024 * 1024

/** What a request asks for, before anything is judged; `route` is empty where the path names none. */
export function readAsked(request: IncomingMessage): Asked {
  const url = new URL(request.url ?? '/', 'http://sandbox.invalid')
  const params = Object.fromEntries(url.searchParams)
  for (const [gateway, prefix] of Object.entries(prefixes) as [Gateway, string][]) {
    if (!url.pathname.startsWith(`${prefix}/`)) continue
    const name = url.pathname.slice(prefix.length + 1).replace(/\/$/, '')
    return { gateway, requestId: newRequestId(), route: isRoute(name) ? name : '', params }
  }
  return { gateway: 'tikhub', requestId: newRequestId(), route: '', params }
}

export function isRouted(asked: Asked): asked is Routed {
  return asked.route !== ''
}

function isRoute(name: string): boolean {
  return Object.hasOwn(routes, name)
}

/** Refuses a request that does not carry the key, in the header or in a cookie of the same name. */
export function checkKey(request: IncomingMessage, key: string): void {
  const cookie = /(?:^|;\s*)Authorization=([^;]*)/i.exec(request.headers.cookie ?? '')?.[1]
  const carried = request.headers.authorization ?? (cookie === undefined ? '' : decodeURIComponent(cookie))
  if (carried.replaceAll('"', '') !== `Bearer ${key}`) throw new Refusal(401, 'Invalid API key.')
}

/**
 * The parameters of a routed request, checked against the route table; FastAPI's 422 where they do not fit.
 */
export async function readParams(
  request: IncomingMessage,
  { route, params }: Routed,
): Promise<Record<string, string>> {
  if (request.method !== routes[route].method) throw new Refusal(405, 'Method Not Allowed')
  if (route === 'upload_image') return uploaded(await readBody(request))
  const given: unknown = route === 'create_video' ? readJson(await readBody(request)) : params
  const place = route === 'create_video' ? 'body' : 'query'
  const checked = routes[route].params.safeParse(given)
  if (checked.success)
    return Object.fromEntries(Object.entries(checked.data).map(([name, value]) => [name, String(value)]))
  throw new Refusal(
    422,
    'Validation Error',
    checked.error.issues.map(issue => problem(issue, given, place)),
  )
}

function problem(
  issue: { path: PropertyKey[]; message: string; code: string },
  given: unknown,
  place: string,
): Problem {
  const name = String(issue.path[0] ?? 'post_id')
  const missing = typeof given !== 'object' || given === null || !Object.hasOwn(given, name)
  if (missing) return { loc: [place, name], msg: 'Field required', type: 'missing' }
  return {
    loc: [place, name],
    msg: issue.message,
    type: issue.code === 'too_small' ? 'string_too_short' : 'value_error',
  }
}

function uploaded(body: Buffer): Record<string, string> {
  const name = /name="file"; filename="([^"]*)"/.exec(body.subarray(0, 2000).toString('latin1'))?.[1]
  if (name === undefined)
    throw new Refusal(422, 'Validation Error', [
      { loc: ['body', 'file'], msg: 'Field required', type: 'missing' },
    ])
  return { file: name, bytes: String(body.length) }
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return {}
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > BODY_LIMIT) throw new Refusal(413, 'Request Entity Too Large')
  }
  return Buffer.concat(chunks)
}
