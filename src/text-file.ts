import { readFileSync } from 'node:fs'

/*
 * Every text that people write (seeds, settings, SQL, YAML, CSV) is read here, so that all of it may come
 * from any editor: UTF-8 with a byte order mark or without, UTF-16 of either byte order, and any line ends.
 */

interface Reading {
  /** Whether bytes that are no text are an error; else they become U+FFFD. */
  readonly strict?: boolean
}

/**
 * The text of a file, with `\n` as its only line end.
 * @throws the error of the file system, or a TypeError for bytes that are no text
 */
export function readTextFile(path: string, reading: Reading = {}): string {
  return decodeText(readFileSync(path), reading)
}

/** The text of bytes, as `readTextFile` reads those of a file. */
export function decodeText(bytes: Uint8Array, { strict = false }: Reading = {}): string {
  return new TextDecoder(encodingOf(bytes), { fatal: strict }).decode(bytes).replaceAll(/\r\n?/g, '\n')
}

/**
 * The lines of a text. What some programs write for a line end where others write `\n` ends a line as well:
 * U+0085, U+2028, U+2029. A format that has lines of its own (YAML, SQL, CSV) does not use this.
 */
export function linesOf(text: string): string[] {
  return text.split(/[\n\u0085\u2028\u2029]/)
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * By its byte order mark; without one, UTF-16 is known by the zeros of its ASCII characters, which UTF-8 has
 * no use for.
 */
function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  const [even, odd] = zerosOf(sample)
  // One zero in eight characters, spaces and line ends, is what text of any script has.
  if (
    bytes.length % 2 !== 0 ||
    Math.max(even, odd) * 16 < sample.length ||
    Math.min(even, odd) * 2 > Math.max(even, odd)
  )
    return 'utf-8'
  return odd > even ? 'utf-16le' : 'utf-16be'
}

const SAMPLE_BYTES = 4_096

/** How many bytes at even and at odd places are 0. */
function zerosOf(bytes: Uint8Array): [even: number, odd: number] {
  const counts: [number, number] = [0, 0]
  for (const [place, byte] of bytes.entries()) if (byte === 0) counts[place % 2 === 0 ? 0 : 1] += 1
  return counts
}
