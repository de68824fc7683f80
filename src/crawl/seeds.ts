import type { SubjectKind } from '../db/index.js'

/** A seed in its normal form, and what it starts. */
export interface Seed {
  readonly text: string
  readonly kind: SubjectKind
  readonly id: string
}

const ID = /^(user-|ch_|s_)[\w-]+$/
/** Longer text is something else, such as a file without line ends. */
const LONGEST = 2_000
/** Letters and digits of any script, pictures, and what handles are written with. */
const HANDLE = /^[\p{L}\p{M}\p{N}\p{So}\p{Sk}._-]+$/u
/** Control characters, and what is left of bytes that are no text. */
// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const UNWRITTEN = /[\u0000-\u001f\u007f-\u009f\ufffd]/
/**
 * What web pages and chats put into text and nobody sees: marks of width, direction and byte order, soft
 * hyphens, fillers, empty cells.
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/gu
/** The two of them that some scripts are written with, between letters of those scripts. */
const JOINER = /(?<=\P{ASCII})[\u200c\u200d](?=\P{ASCII})/u
const HOST = 'sora.chatgpt.com'
const ADDRESS = /^@?(?:(?<scheme>https?:)?\/\/)?(?<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?)(?<rest>[/?#].*)?$/is

/** The forms of a seed, for error messages and help. */
export const SEED_FORMS =
  'feed, leaderboard, search:WORD, user-…, ch_…, @name, s_…, https://sora.chatgpt.com/p/s_… or ' +
  'https://sora.chatgpt.com/profile/name'

/**
 * Reads one seed as people paste it: with characters that nobody sees, in quotes or brackets, with the comma
 * of the list it stood in.
 * @returns the seed, or why the text is none
 */
export function parseSeed(text: string): Seed | { readonly problem: string } {
  if (text.trim().length > LONGEST)
    return { problem: `${quoted(text.trim())} is too long for a seed; a seed is one of ${SEED_FORMS}` }
  if (!isWritten(text.trim()))
    return { problem: `${quoted(text.trim())} has control characters, or is not valid UTF-8` }
  const written = text.normalize('NFC')
  const found = trimmed(written)
  if (found.startsWith('search:')) return query(found.slice('search:'.length))
  const seed = withoutBrackets(trimmed(visible(written)))
  if (seed === 'feed' || seed === 'leaderboard') return { text: seed, kind: seed, id: '' }
  if (seed.startsWith('search:')) return query(seed.slice('search:'.length))
  if (isAddress(seed)) return address(seed)
  if (/^[@＠]/.test(seed)) return handle(seed.slice(1)) ?? { problem: `${quoted(text.trim())} is no handle` }
  return entity(seed) ?? { problem: `${quoted(text.trim())} is not a seed; a seed is one of ${SEED_FORMS}` }
}

/**
 * As people recognize it, with what they cannot see spelled out: a whole file without line ends would be no
 * message.
 */
function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80).toWellFormed()}…` : text
  return `"${shown.replaceAll(INVISIBLE, mark => `\\u{${mark.codePointAt(0)?.toString(16)}}`)}"`
}

function isWritten(text: string): boolean {
  return text.isWellFormed() && !UNWRITTEN.test(text)
}

/** A text without what nobody sees; composed again, for what stood apart may now stand together. */
function visible(text: string): string {
  return text.replaceAll(INVISIBLE, '').normalize('NFC')
}

const PAIRS = ['""', "''", '``', '“”', '‘’', '„“', '«»', '<>', '()', '[]', '{}']

/** Without the spaces, quotes, brackets and commas around it, in whatever order they stand. */
function trimmed(text: string): string {
  let rest = text
  for (;;) {
    const before = rest
    rest = rest.replace(/^[\s\p{Cf}]+|[\s\p{Cf},;，；、]+$/gu, '')
    if (
      PAIRS.some(
        ([open, close]) => rest.length > 1 && rest.startsWith(open ?? '') && rest.endsWith(close ?? ''),
      )
    )
      rest = rest.slice(1, -1)
    if (rest === before) return rest
  }
}

/** Without half a pair, which a list or a sentence has left at one end. */
function withoutBrackets(text: string): string {
  return trimmed(text.replace(/^["'`“‘„«<([{]+|["'`”’“»>)\]}]+$/g, ''))
}

function query(text: string): Seed | { problem: string } {
  const word = trimmedWord(text)
  return word === ''
    ? { problem: 'a search needs a word: search:WORD' }
    : { text: `search:${word}`, kind: 'query', id: word }
}

/** A word that is searched for keeps its quotes and brackets, and the joiners of its script. */
function trimmedWord(text: string): string {
  const seen = [...text]
    .map((mark, i, marks) =>
      mark.match(INVISIBLE) === null || JOINER.test(marks.slice(Math.max(0, i - 1), i + 2).join(''))
        ? mark
        : '',
    )
    .join('')
  return seen.normalize('NFC').replace(/^\s+|[\s,;，；、]+$/gu, '')
}

/** Composed: the same handle can be typed in two ways. */
function handle(typed: string): Seed | undefined {
  const name = typed.normalize('NFC')
  return HANDLE.test(name) && /[\p{L}\p{N}\p{So}]/u.test(name) && isWritten(name)
    ? { text: `@${name}`, kind: 'handle', id: name }
    : undefined
}

function entity(id: string): Seed | undefined {
  if (!ID.test(id)) return undefined
  return { text: id, kind: id.startsWith('s_') ? 'link' : 'user', id }
}

/** With a scheme, or of our host: `@name.with.dots` is a handle. */
function isAddress(text: string): boolean {
  const { scheme, host, rest } = ADDRESS.exec(text)?.groups ?? {}
  return (
    /^https?:\/\//i.test(text) ||
    (host !== undefined && (scheme !== undefined || (rest !== undefined && hostOf(host) === HOST)))
  )
}

function hostOf(text: string): string {
  return text.toLowerCase().replace(/^www\./, '')
}

/** A profile's or a post's public page; query string and fragment say nothing. */
function address(text: string): Seed | { problem: string } {
  const problem = {
    problem:
      `${quoted(text)} is not the address of a post (https://${HOST}/p/s_…) or a profile ` +
      `(https://${HOST}/profile/name)`,
  }
  const { host = '', rest = '' } = ADDRESS.exec(text)?.groups ?? {}
  if (!URL.canParse(`https://${host}${rest}`)) return problem
  const url = new URL(`https://${host}${rest}`)
  const [place, name, ...more] = url.pathname.split('/').filter(part => part !== '')
  if (hostOf(url.hostname) !== HOST || name === undefined || more.length > 0) return problem
  const decoded = decode(name)
  if (place === 'p' && decoded?.startsWith('s_')) return entity(decoded) ?? problem
  return (place === 'profile' && decoded !== undefined && handle(decoded.replace(/^@/, ''))) || problem
}

/** Of one part of an address, as it is seen, without the comma behind it. */
function decode(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part)
    return isWritten(text)
      ? visible(text)
          .trim()
          .replace(/[,;]+$/, '')
      : undefined
  } catch {
    return undefined
  }
}
