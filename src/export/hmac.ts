import { hash } from 'node:crypto'

const BLOCK = 64
const DIGEST = 32
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key, by Node's hash in one call. `createHmac` makes
 * an object, a handle and a buffer for each text, which takes longer and leaves garbage that a walk over
 * millions of ids does not get rid of in time.
 */
export class TextHmac {
  /** The key's inner pad, then room for a text. */
  #message: Buffer
  /** The key's outer pad, then the inner digest. */
  readonly #outer: Buffer

  constructor(key: Uint8Array) {
    const short = key.length > BLOCK ? hash('sha256', key, 'buffer') : key
    this.#message = padded(short, INNER_PAD, 1_024)
    this.#outer = padded(short, OUTER_PAD, DIGEST)
  }

  /** The digest, in hexadecimal. */
  digest(text: string): string {
    const most = BLOCK + 3 * text.length
    if (this.#message.length < most) this.#message = Buffer.concat([this.#message], 2 * most)
    const end = BLOCK + this.#message.write(text, BLOCK)
    // As text and not as a buffer, which would be an object beside the heap.
    this.#outer.write(hash('sha256', this.#message.subarray(0, end), 'binary'), BLOCK, 'binary')
    return hash('sha256', this.#outer, 'hex')
  }
}

/** A key's block under a pad, and room for so many bytes. */
function padded(key: Uint8Array, pad: number, room: number): Buffer {
  const block = Buffer.alloc(BLOCK + room)
  for (let i = 0; i < BLOCK; i += 1) block[i] = (key[i] ?? 0) ^ pad
  return block
}
