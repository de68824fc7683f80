import type { SubjectKind } from '../db/index.js'

/** A seed in its normal form, and what it starts. */
export interface Seed {
  readonly text: string
  readonly kind: SubjectKind
  readonly id: string
}

const ID = /^(user-|ch_|s_)[\w-]+$/
const HANDLE = /^[^\s@/?#]+$/
/** Control characters, and what is left of bytes that are no text. */
// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const UNWRITTEN = /[\u0000-\u001f\u007f-\u009f\ufffd]/
const HOST = 'sora.chatgpt.com'

/** The forms of a seed, for error messages and help. */
export const SEED_FORMS = 'feed, leaderboard, search:WORD, user-…, ch_…, @name, s_…, https://sora.chatgpt.com/p/s_… or https://sora.chatgpt.com/profile/name'

/**
 * Reads one seed.
 * @returns the seed, or why the text is none
 */
export function parseSeed(text: string): Seed | { readonly problem: string } {
  const seed = text.trim()
  if (!isWritten(seed)) return { problem: `${quoted(seed)} has control characters, or is not valid UTF-8` }
  if (seed === 'feed' || seed === 'leaderboard') return { text: seed, kind: seed, id: '' }
  if (seed.startsWith('search:')) return query(seed.slice('search:'.length).trim())
  if (seed.startsWith('@')) return handle(seed.slice(1)) ?? { problem: `${quoted(seed)} is no handle` }
  if (/^https?:\/\//i.test(seed)) return address(seed)
  return entity(seed) ?? { problem: `${quoted(seed)} is not a seed; a seed is one of ${SEED_FORMS}` }
}

/** As people recognize it: a whole file without line ends would be no message. */
function quoted(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 80)}…"` : `"${text}"`
}

function isWritten(text: string): boolean {
  return text.isWellFormed() && !UNWRITTEN.test(text)
}

function query(word: string): Seed | { problem: string } {
  return word === '' ? { problem: 'a search needs a word: search:WORD' } : { text: `search:${word}`, kind: 'query', id: word }
}

/** Composed: the same handle can be typed in two ways. */
function handle(typed: string): Seed | undefined {
  const name = typed.normalize('NFC')
  return HANDLE.test(name) && isWritten(name) ? { text: `@${name}`, kind: 'handle', id: name } : undefined
}

function entity(id: string): Seed | undefined {
  if (!ID.test(id)) return undefined
  return { text: id, kind: id.startsWith('s_') ? 'link' : 'user', id }
}

/** A profile's or a post's public page; query string and fragment say nothing. */
function address(text: string): Seed | { problem: string } {
  const problem = { problem: `${quoted(text)} is not the address of a post (https://${HOST}/p/s_…) or a profile (https://${HOST}/profile/name)` }
  if (!URL.canParse(text)) return problem
  const url = new URL(text)
  const [place, name, ...rest] = url.pathname.split('/').filter((part) => part !== '')
  if (url.hostname !== HOST || name === undefined || rest.length > 0) return problem
  const decoded = decode(name)
  if (place === 'p' && decoded?.startsWith('s_')) return entity(decoded) ?? problem
  return (place === 'profile' && decoded !== undefined && handle(decoded)) || problem
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
