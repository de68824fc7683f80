import { createHash } from 'node:crypto'

const BLOCK = 64
const ROUNDS = 64
/** The rest of a block after the byte and the length that end a message. */
const ROOM = BLOCK - 9

const { K, START } = constants()

/**
 * HMAC-SHA-256 of short texts under one key. Node's own makes an object, a handle and a buffer for each, which takes four times as
 * long and leaves garbage that a walk over millions of ids does not get rid of in time; this one makes nothing.
 */
export class TextHmac {
  readonly #inner: Int32Array
  readonly #outer: Int32Array
  readonly #schedule = new Int32Array(ROUNDS)
  readonly #state = new Int32Array(START.length)
  /** The digest of the text, as the message of the second hash. */
  readonly #told = new Uint8Array(BLOCK)
  #text = Buffer.alloc(1_024)

  constructor(key: Uint8Array) {
    const short = key.length > BLOCK ? createHash('sha256').update(key).digest() : key
    const begin = (pad: number): Int32Array => {
      const state = Int32Array.from(START)
      this.#add(state, Uint8Array.from({ length: BLOCK }, (_, i) => (short[i] ?? 0) ^ pad), 0)
      return state
    }
    this.#inner = begin(0x36)
    this.#outer = begin(0x5c)
    endMessage(this.#told, 4 * START.length, BLOCK)
  }

  /** The eight words of the digest, which the next call overwrites. */
  digest(text: string): Int32Array {
    const state = this.#state
    state.set(this.#inner)
    const bytes = this.#write(text)
    for (let at = 0; at < bytes; at += BLOCK) this.#add(state, this.#text, at)
    for (let i = 0; i < state.length; i += 1) putWord(this.#told, 4 * i, state[i] ?? 0)
    state.set(this.#outer)
    this.#add(state, this.#told, 0)
    return state
  }

  /** Writes a text in UTF-8 with what ends a message. @returns how many bytes, in whole blocks */
  #write(text: string): number {
    const most = 3 * text.length + BLOCK + 9
    if (this.#text.length < most) this.#text = Buffer.alloc(2 * most)
    const length = this.#text.write(text, 'utf8')
    return endMessage(this.#text, length, BLOCK)
  }

  /** One block into a state. The names are those of FIPS 180-4. */
  #add(state: Int32Array, bytes: Uint8Array, at: number): void {
    const w = this.#schedule
    expand(w, bytes, at)
    // Eight variables and no array: this runs millions of times.
    let a = state[0] as number
    let b = state[1] as number
    let c = state[2] as number
    let d = state[3] as number
    let e = state[4] as number
    let f = state[5] as number
    let g = state[6] as number
    let h = state[7] as number
    for (let i = 0; i < ROUNDS; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] = (state[0] as number) + a
    state[1] = (state[1] as number) + b
    state[2] = (state[2] as number) + c
    state[3] = (state[3] as number) + d
    state[4] = (state[4] as number) + e
    state[5] = (state[5] as number) + f
    state[6] = (state[6] as number) + g
    state[7] = (state[7] as number) + h
  }
}

/** The sixteen words of a block, and the forty-eight that follow from them. */
function expand(w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i += 1) {
    const from = at + 4 * i
    w[i] = ((bytes[from] as number) << 24) | ((bytes[from + 1] as number) << 16) | ((bytes[from + 2] as number) << 8) | (bytes[from + 3] as number)
  }
  for (let i = 16; i < ROUNDS; i += 1) {
    const x = w[i - 15] as number
    const y = w[i - 2] as number
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0
  }
}

/** Ends a message of so many bytes, before which so many others were hashed. @returns its length in whole blocks */
function endMessage(message: Uint8Array, length: number, before: number): number {
  const whole = Math.ceil((length - ROOM) / BLOCK) * BLOCK + BLOCK
  message.fill(0, length, whole)
  message[length] = 0x80
  // No text is as long as would need more than the lower word of the number of bits.
  putWord(message, whole - 4, (length + before) * 8)
  return whole
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}

/** Fractions of the roots of the first primes: cubic ones for the rounds, square ones to begin with. */
function constants(): { K: Int32Array; START: Int32Array } {
  const primes: number[] = []
  for (let n = 2; primes.length < ROUNDS; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  const fraction = (root: number): number => ((root - Math.floor(root)) * 0x1_0000_0000) | 0
  return { K: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))), START: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))) }
}
