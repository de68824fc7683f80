import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '../api/index.js'
import type { Asked } from './envelope.js'
import { success } from './envelope.js'
import { cut, json, standins } from './fault-replies.js'
import type { Faults, Throw } from './faults.js'
import { handlers } from './handlers.js'
import type { Studio } from './payloads/studio.js'
import { Refusal } from './refusal.js'
import type { Reply } from './reply.js'
import { send } from './reply.js'
import type { Routed } from './request.js'
import { checkKey, isRouted, readAsked, readParams } from './request.js'

/** What a server has answered so far. Only a 200 is billed, whatever its body. */
export interface Tally {
  requests: number
  billed: number
  microUsd: number
  byRoute: Record<string, number>
}

/** What a server needs to know. */
export interface ServerParts {
  readonly studio: Studio
  readonly key: string
  readonly faults: Faults | undefined
  readonly tally: Tally
}

/** Listens; resolves with the server and the port it got. */
export async function listen(
  parts: ServerParts,
  host: string,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** Stops listening and drops whoever is still connected. */
export function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = readAsked(request)
  parts.tally.requests += 1
  const reply = await replyTo(parts, request, asked)
  // A body that nobody has read would be taken for the next request on this connection.
  request.resume()
  if (reply === undefined) {
    request.socket.resetAndDestroy()
    return
  }
  if (isRouted(asked) && reply.status === 200) {
    parts.tally.billed += 1
    parts.tally.microUsd += routes[asked.route].price
  }
  await send(request, response, reply, asked.requestId)
}

/** The answer to a request; undefined where the connection is to be reset. */
async function replyTo(
  parts: ServerParts,
  request: IncomingMessage,
  asked: Asked,
): Promise<Reply | undefined> {
  try {
    if (!isRouted(asked)) throw new Refusal(404, 'Not Found')
    parts.tally.byRoute[asked.route] = (parts.tally.byRoute[asked.route] ?? 0) + 1
    checkKey(request, parts.key)
    const params = await readParams(request, asked)
    return await underFaults(parts, asked, params)
  } catch (refusal) {
    return json(
      asked,
      refusal instanceof Refusal ? refusal : new Refusal(500, `The sandbox failed: ${String(refusal)}`),
    )
  }
}

async function underFaults(
  parts: ServerParts,
  asked: Routed,
  params: Record<string, string>,
): Promise<Reply | undefined> {
  const thrown = parts.faults?.throwFor(target(asked, params))
  if (thrown === undefined) return answer(parts.studio, asked, params, false)
  if (thrown.delayMs > 0) await sleep(thrown.delayMs)
  return disturbed(parts.studio, asked, params, thrown)
}

function disturbed(
  studio: Studio,
  asked: Routed,
  params: Record<string, string>,
  { kind, dice }: Throw,
): Reply | undefined {
  if (kind === 'reset') return undefined
  if (kind === undefined || kind === 'emptyPage') return answer(studio, asked, params, kind === 'emptyPage')
  if (kind === 'cutBody') return cut(answer(studio, asked, params, false), dice)
  return standins[kind](asked, dice)
}

function answer(studio: Studio, asked: Routed, params: Record<string, string>, emptyPage: boolean): Reply {
  const data = handlers[asked.route]({ studio, params, emptyPage })
  return { status: 200, body: JSON.stringify(success(asked, data)) }
}

function target(
  { route }: Routed,
  { cursor = '', ...subject }: Record<string, string>,
): { subject: string; cursor: string } {
  return { subject: `${route} ${JSON.stringify(subject)}`, cursor }
}
