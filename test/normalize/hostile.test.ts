import { afterEach, describe, expect, it } from 'vitest'
import { comment, commentRow, harvestOf, listed, members, post, profile, told, user } from './support/read.js'

const parse = (text: string): unknown => JSON.parse(text)
/** Far deeper than the stack is. */
const DEEP = 100_000
const lists = (depth: number): unknown => parse('['.repeat(depth) + ']'.repeat(depth))

function nested(depth: number, make: (inner: unknown, level: number) => unknown): unknown {
  let record: unknown = null
  for (let level = depth; level > 0; level -= 1) record = make(record, level)
  return record
}

describe('a record that is nested without end', () => {
  it('as parents of parents is read as far as an answer of this API goes', () => {
    const harvest = listed(nested(DEEP, (parent_post, level) => ({ id: `s_${level}`, parent_post })))
    expect(harvest.posts.size).toBeGreaterThanOrEqual(2)
    expect(harvest.posts.size).toBeLessThan(100)
    expect(members(harvest)).toEqual(['post s_1 +0'])
  })

  it('as remixes of remixes, and as ancestors of ancestors, likewise', () => {
    for (const key of ['remix_posts', 'ancestors']) {
      const harvest = listed(
        nested(DEEP, (inner, level) => ({ id: `s_${level}`, [key]: { items: [inner] } })),
      )
      expect(harvest.posts.size).toBeLessThan(100)
    }
  })

  it('as owners of owners, likewise', () => {
    const harvest = profile(
      nested(DEEP, (owner_profile, level) => ({ user_id: `user-${level}`, owner_profile })),
    )
    expect(harvest.users.size).toBeGreaterThanOrEqual(2)
    expect(harvest.users.size).toBeLessThan(100)
  })

  it('as replies to replies, likewise', () => {
    const harvest = comment(
      nested(DEEP, (inner, level) => ({ id: `c${level}`, children: { items: [inner] } })),
    )
    expect(harvest.comments.size).toBeGreaterThanOrEqual(2)
    expect(harvest.comments.size).toBeLessThan(100)
  })

  it('in a field that nobody reads does not matter', () => {
    expect(told(post(listed({ id: 's_1', rooms: lists(DEEP), text: 'x' })))).toEqual({ id: 's_1', text: 'x' })
  })

  it('in a field that is read as it is costs at most that field', () => {
    expect(user(profile({ user_id: 'user-a', username: 'x', social_links: lists(DEEP) })).username).toBe('x')
    expect(user(profile({ user_id: 'user-a', username: 'x', schools: lists(DEEP) })).username).toBe('x')
  })

  it('and has no id is set aside like any other', () => {
    const harvest = harvestOf(page => {
      page.listPost({ id: 5, deep: lists(DEEP) })
      page.listPost({ id: 's_2' })
    })
    expect(harvest.rejects).toHaveLength(1)
    expect([...harvest.posts.keys()]).toEqual(['s_2'])
  })
})

describe('a record that is wide', () => {
  it('is read in time that grows with its size', () => {
    const remix_posts = Array.from({ length: 20_000 }, (_, n) => ({
      id: `s_r${n}`,
      shared_by: `user-${n % 100}`,
    }))
    const started = performance.now()
    expect(listed({ id: 's_1', remix_posts }).posts.size).toBe(20_001)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('keys that mean something to JavaScript', () => {
  const before = {
    proto: JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted()),
    probe: ({} as Record<string, unknown>)['polluted'],
  }

  afterEach(() => {
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted())).toBe(before.proto)
    expect(({} as Record<string, unknown>)['polluted']).toBe(before.probe)
  })

  const evil =
    '"__proto__":{"polluted":1,"text":"evil","username":"evil","like_count":666,"user_id":"user-evil","id":"evil"},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},"toString":5,"hasOwnProperty":1,"toJSON":1,"valueOf":null'

  it('pollute nothing, and tell nothing', () => {
    const harvest = listed(
      parse(
        `{"post":{"id":"s_1",${evil}},"profile":{"user_id":"user-a",${evil}},"reposter_profile":{"user_id":"user-r",${evil}},${evil}}`,
      ),
    )
    expect(told(post(harvest))).toEqual({ id: 's_1', user_id: 'user-a' })
    expect(told(user(harvest))).toEqual({ id: 'user-a' })
    expect([...harvest.users.keys()].toSorted()).toEqual(['user-a', 'user-r'])
  })

  it('do not stand in for an id', () => {
    expect(listed(parse(`{${evil}}`)).rejects).toHaveLength(1)
    expect(profile(parse(`{${evil}}`)).rejects).toHaveLength(1)
    expect(comment(parse(`{${evil}}`)).rejects).toHaveLength(1)
    expect(listed(parse('{"__proto__":{"post":{"id":"s_evil"}}}')).posts.size).toBe(0)
  })

  it('do not tell where another field had to be dropped', () => {
    const harvest = listed(parse(`{"id":"s_1","view_count":"drift",${evil}}`))
    expect(told(post(harvest))).toEqual({ id: 's_1' })
    expect(told(user(profile(parse(`{"user_id":"user-a","verified":"drift",${evil}}`))))).toEqual({
      id: 'user-a',
    })
    expect(told(commentRow(comment(parse(`{"id":"c1","like_count":"drift",${evil}}`))))).toEqual({
      id: 'c1',
      post_id: 's_root',
    })
  })

  it('hide nothing in nested objects', () => {
    const encodings =
      '{"__proto__":{"thumbnail":{"path":"https://evil.example/t"},"gif":"https://evil.example/g"}}'
    const harvest = listed(
      parse(
        `{"id":"s_1","attachments":[{"encodings":${encodings}}],"remix_posts":{"__proto__":{"items":[{"id":"s_evil"}]}}}`,
      ),
    )
    const [attachment] = [...harvest.attachments.values()]
    expect(attachment?.thumbnail_url).toBeUndefined()
    expect(attachment?.gif_url).toBeUndefined()
    expect([...harvest.posts.keys()]).toEqual(['s_1'])
  })

  it('may be ids like any other', () => {
    const harvest = harvestOf(page => {
      for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
        page.listPost({ post: { id, text: id }, profile: { user_id: id, username: id } })
        page.harvest.edge('follow', id, id)
      }
    })
    expect([...harvest.posts.keys()]).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect(told(user(harvest, '__proto__'))).toEqual({ id: '__proto__', username: '__proto__' })
    expect(harvest.edges.size).toBe(4)
  })

  it('are kept among a user’s links as the plain text that they are', () => {
    const harvest = profile(
      parse('{"user_id":"user-a","social_links":{"__proto__":{"polluted":1},"site":"x"}}'),
    )
    expect(user(harvest).social_links).toBe('{"__proto__":{"polluted":1},"site":"x"}')
  })
})

describe('ids that look alike', () => {
  it('stay apart, whatever separates their parts', () => {
    const harvest = harvestOf(page => {
      page.harvest.edge('follow', 'a b', 'c')
      page.harvest.edge('follow', 'a', 'b c')
      page.harvest.edge('follow', 'a","b', 'c')
      page.listUser({ user_id: 'x' })
      page.listPost({ id: 'x' })
    })
    expect(harvest.edges.size).toBe(3)
    expect(members(harvest)).toEqual(['post x +0', 'user x +1'])
  })
})
