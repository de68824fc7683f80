import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** One answer, ready to be sent. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** Break the connection after half of the body. */
  readonly broken?: boolean
}

const SMALL = 1024
const pack = { br: promisify(brotliCompress), gzip: promisify(gzip) }

/** Sends an answer, compressed where the client knows how. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  requestId: string,
): Promise<void> {
  const encoding = chosenEncoding(request, reply.body)
  const body = await packed(reply.body, encoding)
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': requestId,
    vary: 'Accept-Encoding',
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    ...reply.headers,
    'content-length': body.length,
  })
  if (reply.broken !== true) {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
}

function chosenEncoding(request: IncomingMessage, body: string): 'br' | 'gzip' | undefined {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (body.length < SMALL) return undefined
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : undefined
}

async function packed(body: string, encoding: 'br' | 'gzip' | undefined): Promise<Buffer> {
  if (encoding === 'br') return pack.br(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })
  if (encoding === 'gzip') return pack.gzip(body, { level: 3 })
  return Buffer.from(body)
}
