import { describe, expect, it } from 'vitest'
import { auditOf, reachOf } from '../../src/crawl/pass.js'
import { NO_ROWS, type Member, type PageRows, type PostRow } from '../../src/db/index.js'
import { candidate } from './support/candidate.js'

/** A page that lists these ids; `-` is a record that was set aside. Posts may have a time. */
function rows(ids: string, times: Record<string, string> = {}): PageRows {
  const listed = ids
    .split(' ')
    .filter(id => id !== '')
    .map((id): Member | undefined => (id === '-' ? undefined : { kind: 'post', id, hop: 0 }))
  const posts = new Map(
    Object.entries(times).map(([id, posted_at]): [string, PostRow] => [id, { id, posted_at }]),
  )
  return { ...NO_ROWS, posts, listed }
}

const known = (ids: string): ReadonlySet<string> => new Set(ids.split(' '))
const ends = (
  ids: string,
  old: string,
  youngerThan: string | null = null,
  times: Record<string, string> = {},
): boolean => reachOf(rows(ids, times), known(old), youngerThan).endsInKnown

describe('a page has reached what is known', () => {
  it.each([
    ['its last five records are known', 'n1 n2 a b c d e', 'a b c d e', true],
    ['all are known, and it has five', 'a b c d e', 'a b c d e', true],
    ['all are known, and it has fewer', 'a b', 'a b', true],
    ['only four of its last five are known', 'n1 n2 b c d e', 'b c d e', false],
    ['a new one is among its last five', 'a b n1 c d', 'a b c d', false],
    ['the last one is new', 'a b c d e f n1', 'a b c d e f', false],
    ['an old item is pinned on its top', 'a n1 n2 n3 n4 n5', 'a b c', false],
    ['it is short, and one of its records is new', 'n1 a', 'a', false],
    ['it is empty', '', 'a', false],
    ['nothing is known', 'a b c d e', '', false],
  ])('or not, where %s', (_, ids, old, expected) => {
    expect(ends(ids, old)).toBe(expected)
  })

  it('whatever was set aside: such records count neither way', () => {
    expect(ends('n1 a b - c d e -', 'a b c d e')).toBe(true)
    expect(ends('n1 - a b c d -', 'a b c d')).toBe(false)
    expect(ends('- - a', 'a')).toBe(true)
    expect(ends('- - -', 'a')).toBe(false)
  })

  it('not while a young post is in its tail, by --recheck', () => {
    const times = { a: '2026-01-05T00:00:00.000Z', b: '2026-01-01T00:00:00.000Z' }
    expect(ends('a b', 'a b', '2026-01-03T00:00:00.000Z', times)).toBe(false)
    expect(ends('a b', 'a b', '2026-01-06T00:00:00.000Z', times)).toBe(true)
    expect(ends('b', 'b', '2026-01-03T00:00:00.000Z', times)).toBe(true)
  })

  it('and counts what no completed pass has listed', () => {
    expect(reachOf(rows('n1 a n2 - b'), known('a b'), null).news).toBe(2)
    expect(reachOf(rows(''), known('a'), null).news).toBe(0)
  })
})

describe('a full pass', () => {
  const full = (knownFromPage: number | null, pages: number) =>
    candidate({ full: true, checkpoint: { full: true, pages, knownFromPage } })

  it('notes the page at which an ordinary one would have ended', () => {
    expect(auditOf({ endsInKnown: true, news: 1 }, full(null, 2))).toEqual({ knownFromPage: 3, lateNews: 0 })
    expect(auditOf({ endsInKnown: false, news: 1 }, full(null, 2))).toEqual({
      knownFromPage: null,
      lateNews: 0,
    })
  })

  it('counts the news below that page', () => {
    expect(auditOf({ endsInKnown: false, news: 4 }, full(3, 3))).toMatchObject({ lateNews: 4 })
  })

  it('has nothing to note where the listing has no early stop, and neither has an ordinary one', () => {
    expect(auditOf(undefined, full(3, 3))).toEqual({ knownFromPage: null, lateNews: 0 })
    expect(auditOf({ endsInKnown: true, news: 4 }, candidate({ checkpoint: { knownFromPage: 1 } }))).toEqual({
      knownFromPage: null,
      lateNews: 0,
    })
  })
})
