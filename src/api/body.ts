import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'

/** A body larger than this (on the wire or decoded, in bytes) is not one of this API's. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024

/** The bytes of a body as they are kept: gzip as it came, or made so. */
export type KeptBody = Buffer

/** A body that is larger than any of this API's. */
export class BodyTooLarge extends Error {}

/** @throws BodyTooLarge past `maxBytes` */
export async function readCapped(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new BodyTooLarge(`the body is larger than ${megabytes(maxBytes)}`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Undefined where the bytes are not what their encoding claims: the body is then read as it is, and judged as
 * "not JSON".
 * @throws BodyTooLarge past `maxBytes`
 */
export function decompress(wire: Buffer, encoding: string, maxBytes: number): Buffer | undefined {
  const options = { maxOutputLength: maxBytes }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(wire, options)
    if (encoding === 'br') return brotliDecompressSync(wire, options)
    if (encoding === 'deflate') return inflateSync(wire, options)
    return wire
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') return undefined
    throw new BodyTooLarge(`the body unpacks to more than ${megabytes(maxBytes)}`, { cause: error })
  }
}

function megabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`
}

/** Half the CPU of zlib's own choice, for 8 % more bytes. */
const GZIP_LEVEL = 3

/** A body as it is kept. */
export function keepText(text: string | Buffer): KeptBody {
  return gzipSync(text, { level: GZIP_LEVEL })
}

/** The text of a kept body. */
export function keptText(kept: KeptBody): string {
  return gunzipSync(kept, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8')
}
