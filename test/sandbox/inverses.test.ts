import { describe, expect, it } from 'vitest'
import { World } from '../../src/sandbox/world/index.js'
import type { Listing } from '../../src/sandbox/world/index.js'

const all = (listing: Listing): number[] => Array.from({ length: listing.length }, (_, n) => listing.at(n))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const pairs = (count: number, relation: (n: number) => number[]): string[] =>
  upTo(count)
    .flatMap(a => relation(a).map(b => `${a} ${b}`))
    .toSorted()
const flipped = (count: number, relation: (n: number) => number[]): string[] =>
  upTo(count)
    .flatMap(a => relation(a).map(b => `${b} ${a}`))
    .toSorted()

describe.each([
  [1, 1],
  [2, 3],
  [3, 127],
  [4, 129],
  [5, 1000],
])('seed %i with %i users', (seed, users) => {
  const world = new World(seed, users)
  const { graph, cameos, posts, remixes, people, comments } = world

  it('answers every relation alike in both directions', () => {
    expect(pairs(users, user => all(graph.following(user)))).toEqual(
      flipped(users, user => all(graph.followers(user))),
    )
    expect(pairs(users, user => all(cameos.of(user)))).toEqual(flipped(posts.count, post => cameos.in(post)))
    expect(pairs(users, user => all(posts.by(user)))).toEqual(
      flipped(posts.count, post => [posts.author(post)]),
    )
    expect(pairs(posts.count, post => all(remixes.of(post)))).toEqual(
      flipped(posts.count, post => [remixes.parent(post) ?? []].flat()),
    )
  })

  it('lists nobody twice and knows where everybody stands', () => {
    const listings = upTo(users).flatMap(user => [
      graph.followers(user),
      graph.following(user),
      cameos.of(user),
      posts.by(user),
    ])
    for (const listing of [...listings, posts.feed(), cameos.leaderboard()]) {
      const items = all(listing)
      expect(new Set(items).size).toBe(items.length)
      expect(items.map(item => listing.positionOf(item))).toEqual(upTo(items.length))
    }
  })

  it('leads from every id and name back to its thing', () => {
    for (const user of upTo(users)) {
      expect(people.find(people.id(user))).toBe(user)
      expect(people.names.find(people.names.of(user))).toBe(user)
    }
    for (const post of upTo(posts.count)) {
      expect(posts.find(posts.id(post))).toBe(post)
      const place = { post, rank: comments.countUnder(post) - 1, reply: 0 }
      if (place.rank >= 0) expect(comments.find(comments.id(place))).toEqual(place)
    }
  })
})
