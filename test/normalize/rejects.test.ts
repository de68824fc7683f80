import { describe, expect, it } from 'vitest'
import type { PageReader } from '../../src/normalize/index.js'
import { harvestOf, members } from './support/read.js'

const place = { postId: 's_root', parentId: null }
const verbs: Record<
  string,
  { read: (page: PageReader, record: unknown) => unknown; id: (id: unknown) => unknown; path: string }
> = {
  listPost: { read: (page, record) => page.listPost(record), id: id => ({ id }), path: 'post' },
  'listPost of a wrapper': {
    read: (page, record) => page.listPost(record),
    id: id => ({ post: { id }, profile: null }),
    path: 'post',
  },
  listComment: {
    read: (page, record) => page.listComment(record, place),
    id: id => ({ id }),
    path: 'comment',
  },
  'listComment of a wrapper': {
    read: (page, record) => page.listComment(record, place),
    id: id => ({ post: { id }, profile: null }),
    path: 'comment',
  },
  listUser: { read: (page, record) => page.listUser(record), id: id => ({ user_id: id }), path: 'profile' },
  storeUser: { read: (page, record) => page.storeUser(record), id: id => ({ user_id: id }), path: 'profile' },
}

describe.each(Object.entries(verbs))('a record that %s cannot read', (name, { read, id, path }) => {
  const idPath = path === 'profile' ? 'profile.user_id' : `${path}.id`

  it.each([
    ['null', null, `${path}: expected an object, got null`],
    ['a string', 'x', `${path}: expected an object, got string`],
    ['a number', 7, `${path}: expected an object, got number`],
    ['a list', [], `${path}: expected an object, got list`],
  ])('is set aside with its reason: %s', (_, record, reason) => {
    const harvest = harvestOf(page => expect(read(page, record)).toBeUndefined())
    expect(harvest.rejects).toEqual([{ reason, raw: JSON.stringify(record) }])
    expect([harvest.posts.size, harvest.users.size, harvest.comments.size, harvest.members.size]).toEqual([
      0, 0, 0, 0,
    ])
  })

  it.each([
    ['missing', undefined, 'missing'],
    ['null', null, 'null'],
    ['empty', '', 'an empty string'],
    ['a number', 5, 'number'],
    ['an object', {}, 'object'],
    ['a list', [], 'list'],
    ['ill-formed text', 's_\uD800', 'string'],
  ])('is set aside where its id is %s', (_, value, got) => {
    const record = id(value)
    const harvest = harvestOf(page => expect(read(page, record)).toBeUndefined())
    expect(harvest.rejects).toEqual([
      { reason: `${idPath}: expected an id, got ${got}`, raw: JSON.stringify(record) },
    ])
    expect([harvest.posts.size, harvest.comments.size, harvest.members.size]).toEqual([0, 0, 0])
  })

  it('leaves the records beside it alone', () => {
    const harvest = harvestOf(page => {
      for (const record of [id('a-1'), null, id(''), id('a-2')]) read(page, record)
    })
    expect(harvest.rejects).toHaveLength(2)
    const rows = new Map<string, unknown>([...harvest.posts, ...harvest.comments, ...harvest.users])
    expect([...rows.keys()]).toEqual(['a-1', 'a-2'])
    expect(members(harvest)).toHaveLength(name === 'storeUser' ? 0 : 2)
  })

  it('is kept as served, and as valid JSON', () => {
    const record = { ...(id(5) as object), text: 'a\0b"\\ 猫 \uD800', deep: { a: [1, null] } }
    const harvest = harvestOf(page => read(page, record))
    expect(JSON.parse(harvest.rejects[0]?.raw ?? '')).toEqual(record)
    expect(harvest.rejects[0]?.raw.isWellFormed()).toBe(true)
  })
})

describe('a wrapper whose post is no object', () => {
  it.each([
    [{ post: null, profile: { user_id: 'user-a' } }, 'post: expected an object, got null'],
    [{ post: 's_1' }, 'post: expected an object, got string'],
    [{ post: [] }, 'post: expected an object, got list'],
  ])('is set aside: %j', (record, reason) => {
    const harvest = harvestOf(page => page.listPost(record))
    expect(harvest.rejects).toEqual([{ reason, raw: JSON.stringify(record) }])
    expect(harvest.users.size).toBe(0)
  })
})
