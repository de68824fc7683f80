/*
 * What a key can be. A key is taken out of whatever a server says, and what is not the key must stay as it
 * was served: so it matters whether a text that equals the key can be anything else.
 */

/** A key that is shorter could be guessed, and is found in texts that have nothing to do with it. */
export const SHORTEST_KEY = 8
/** Longer headers are refused by servers and by HTTP clients. */
const LONGEST_KEY = 4_096

/**
 * How sure it is that a text which equals a key is that key. `random`: nothing else can have these
 * characters. `token`: no longer word or identifier may be taken for it. `word`: it can be a part of
 * anything, or a value of its own.
 */
export type KeyKind = 'random' | 'token' | 'word'

export function kindOfKey(key: string): KeyKind {
  if (key.length < SHORTEST_KEY || isWord(key)) return 'word'
  const isMixed = /[a-z]/i.test(key) && /\d/.test(key) && new Set(key).size >= 10
  return key.length >= 14 && isMixed && !isLikeAnId(key) ? 'random' : 'token'
}

/** The beginning of a longer id would be found in it. */
function isLikeAnId(key: string): boolean {
  return /^(s|ch|gen|task|media|ref)_|^user-/.test(key) || (/^[\da-f]+$/i.test(key) && key.length < 24)
}

/** A number, a word, names of fields and hosts. */
function isWord(key: string): boolean {
  return (
    /^\d+$/.test(key) ||
    (/^[a-z]+$/i.test(key) && key.length < 16 && !/[a-z][A-Z]/.test(key)) ||
    /^[a-z]+([._][a-z]+)+$/i.test(key)
  )
}

/**
 * Why a text is no key that a gateway can have given; undefined if it may be one. Says nothing of the text
 * itself.
 */
export function whyNoKey(text: string): string | undefined {
  if (/^bearer\s/i.test(text)) return 'begins with "Bearer": give the key alone'
  if (/\s/.test(text)) return 'has spaces or line ends in it'
  if (!/^[\x21-\x7e]+$/.test(text)) return 'has characters that no HTTP header can carry'
  if (/^(["'`]).*\1$|^<.*>$/.test(text)) return 'has quotes or brackets around it: give the key alone'
  if (text.includes('://')) return 'is an address, not a key'
  if (text.length > LONGEST_KEY) return `has more than ${LONGEST_KEY} characters`
  return undefined
}
