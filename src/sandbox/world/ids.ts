import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/**
 * What an id stands for. Posts count from the newest; `rank` and `reply` are counted from 0 and 1, 0 being no
 * reply.
 */
export type Thing =
  | { kind: 'user' | 'character' | 'post'; index: number }
  | { kind: 'comment'; index: number; rank: number; reply: number }

const kinds = ['user', 'character', 'post', 'comment'] as const
const MAGIC = 0x534f5241
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Ids are indexes encrypted under the seed: they look random, never collide, and lead back to the thing they
 * name without a table. Anything that was not made by this world decrypts to rubbish and is unknown.
 */
export class Ids {
  readonly #lock
  readonly #unlock

  constructor(seed: number) {
    const key = createHash('sha256').update(`sora sandbox ${seed}`).digest().subarray(0, 16)
    // One block per id and no chaining, so one cipher object serves for ever.
    this.#lock = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
    this.#unlock = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  }

  of(thing: Thing): string {
    const hex = this.#encrypt(thing)
    if (thing.kind === 'user') return userId(hex)
    return { character: 'ch_', post: 's_', comment: '' }[thing.kind] + hex
  }

  /** What an id stands for; undefined when this seed never made it. */
  read(id: string): Thing | undefined {
    const hex = /^user-[0-9A-Za-z]{24}$/.test(id) ? userHex(id) : /^(?:ch_|s_)?([0-9a-f]{32})$/.exec(id)?.[1]
    const thing = hex === undefined ? undefined : this.#decrypt(hex)
    return thing !== undefined && this.of(thing) === id ? thing : undefined
  }

  #encrypt(thing: Thing): string {
    const block = Buffer.alloc(16)
    block.writeUInt32BE(MAGIC, 0)
    block.writeUInt8(kinds.indexOf(thing.kind), 4)
    block.writeUIntBE(thing.index, 5, 6)
    if (thing.kind === 'comment') {
      block.writeUInt16BE(thing.rank, 11)
      block.writeUInt16BE(thing.reply, 13)
    }
    return this.#lock.update(block).toString('hex')
  }

  #decrypt(hex: string): Thing | undefined {
    const block = this.#unlock.update(Buffer.from(hex, 'hex'))
    const kind = kinds[block.readUInt8(4)]
    if (block.readUInt32BE(0) !== MAGIC || kind === undefined) return undefined
    const index = block.readUIntBE(5, 6)
    if (kind !== 'comment') return { kind, index }
    return { kind, index, rank: block.readUInt16BE(11), reply: block.readUInt16BE(13) }
  }
}

function userId(hex: string): string {
  let rest = BigInt(`0x${hex}`)
  let text = ''
  for (let n = 0; n < 24; n += 1) {
    text = BASE62.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  // 128 bits fill 22 letters; the two in front are borrowed from the last ones, so that ids do not all start
  // with 0.
  return `user-${text.slice(-2)}${text.slice(2)}`
}

function userHex(id: string): string | undefined {
  let value = 0n
  for (const letter of id.slice('user-'.length + 2)) value = value * 62n + BigInt(BASE62.indexOf(letter))
  const hex = value.toString(16).padStart(32, '0')
  return hex.length === 32 ? hex : undefined
}
