/** What happens to text on its way: bytes lost, changed, added, keys said twice. */
import * as fc from 'fast-check'

export interface Damage {
  readonly op: number
  readonly at: number
  readonly what: number
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  op: fc.nat(15),
  at: fc.nat(1_000_000),
  what: fc.nat(1_000_000),
})

const SEQUENCES = [
  Buffer.from('\uFEFF'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0x80]),
  Buffer.from([0]),
  Buffer.from('\u2028'),
  Buffer.from('\\u0000'),
  Buffer.from('\\ud83d'),
  Buffer.from('NaN'),
  Buffer.from('/*x*/'),
  Buffer.from(','),
  Buffer.from('"'),
  Buffer.from('}'),
  Buffer.from(']'),
  Buffer.from('\n'),
  Buffer.from('#'),
  Buffer.from('"__proto__":{"polluted":1},'),
  Buffer.from('"data":null,'),
  Buffer.from('"id":"s_twice",'),
  Buffer.from('"items":[],'),
  Buffer.from('"cursor":"c",'),
  Buffer.from('"user_id":5,'),
]

/** Bytes after a damage. */
export function damaged(bytes: Buffer, { op, at, what }: Damage): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length
  const sequence = SEQUENCES[what % SEQUENCES.length] as Buffer
  const spliced = (from: number, drop: number, insert: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + drop)])
  switch (op % 8) {
    case 0:
      return bytes.subarray(0, place)
    case 1:
      return spliced(place, 0, sequence)
    case 2:
      return spliced(place, 1, Buffer.from([what % 256]))
    case 3:
      return spliced(place, 1 + (what % 64), Buffer.alloc(0))
    // Said twice: the bytes stand behind an opening brace, where a key may stand.
    case 4:
    case 5: {
      const brace = bytes.indexOf(0x7b, place)
      return brace === -1 ? bytes : spliced(brace + 1, 0, sequence)
    }
    case 6:
      return Buffer.concat([Buffer.from('\uFEFF'), bytes])
    default:
      return spliced(place, 0, bytes.subarray(place, place + (what % 200)))
  }
}
