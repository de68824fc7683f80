import { describe, expect, it } from 'vitest'
import { comment, commentRow, harvestOf, listed, post, profile, told, user } from './support/read.js'

const drifted = (path: string, expected: string, got: string): unknown => ({ path, expected, got })

describe('a field of another type', () => {
  it('becomes "not told", is counted as drift, and costs the record nothing else', () => {
    const harvest = listed({
      post: { id: 's_1', text: 'a kite', view_count: 'many', like_count: 3 },
      profile: { user_id: 'user-a', follower_count: [], username: 'kite' },
    })
    expect(told(post(harvest))).toEqual({ id: 's_1', user_id: 'user-a', text: 'a kite', like_count: 3 })
    expect(told(user(harvest))).toEqual({ id: 'user-a', username: 'kite' })
    expect(harvest.drift).toEqual([
      expect.objectContaining({ path: 'post.view_count', got: 'string' }),
      expect.objectContaining({ path: 'profile.follower_count', got: 'list' }),
    ])
    expect(harvest.rejects).toEqual([])
  })

  it.each([
    ['text', 5, 'number'],
    ['text', { a: 1 }, 'object'],
    ['like_count', '3', 'string'],
    ['like_count', 1.5, 'number'],
    ['like_count', true, 'boolean'],
    ['like_count', 2 ** 60, 'number'],
    ['is_featured', 'yes', 'string'],
    ['is_featured', 1, 'number'],
    ['posted_at', 'yesterday', 'string'],
    ['posted_at', {}, 'object'],
    ['attachments', {}, 'object'],
    ['cameo_profiles', 'ch_1', 'string'],
    ['parent_post', [], 'list'],
    ['remix_posts', 'none', 'string'],
    ['shared_by', { user_id: 'user-a' }, 'object'],
    ['parent_post_id', 7, 'number'],
  ])('is noted by its path and the type that came: post.%s %j', (field, value, got) => {
    const harvest = listed({ id: 's_1', [field]: value })
    expect(harvest.drift).toEqual([expect.objectContaining({ path: `post.${field}`, got })])
    expect(told(post(harvest))).toEqual({ id: 's_1' })
  })

  it('is noted in comments, profiles and attachments too', () => {
    expect(comment({ id: 'c1', like_count: '3' }).drift).toEqual([
      drifted('comment.like_count', 'number', 'string'),
    ])
    expect(profile({ user_id: 'user-a', verified: 'no' }).drift).toEqual([
      drifted('profile.verified', 'boolean', 'string'),
    ])
    expect(listed({ id: 's_1', attachments: [{ width: 'wide' }] }).drift).toEqual([
      drifted('attachment.width', 'number', 'string'),
    ])
  })

  it('is noted once for each field of each record', () => {
    const harvest = harvestOf(page => {
      for (const id of ['s_1', 's_2']) page.listPost({ id, like_count: 'x', view_count: 'y', text: 3 })
    })
    expect(harvest.drift.map(({ path }) => path).toSorted()).toEqual([
      'post.like_count',
      'post.like_count',
      'post.text',
      'post.text',
      'post.view_count',
      'post.view_count',
    ])
  })

  it('keeps the author, where another field names one', () => {
    expect(
      post(listed({ post: { id: 's_1', shared_by: { user_id: 'user-z' } }, profile: { user_id: 'user-a' } }))
        .user_id,
    ).toBe('user-a')
  })

  it('is noted where it is a time out of all range', () => {
    const harvest = listed({ id: 's_1', posted_at: 1e20 })
    expect(post(harvest).posted_at).toBeUndefined()
    expect(harvest.drift).toEqual([drifted('post.posted_at', 'a time', 'out of range')])
  })

  it.each([[null], [undefined]])('is none where the field is %j: that is only not told', value => {
    expect(
      listed({
        id: 's_1',
        like_count: value,
        text: value,
        posted_at: value,
        attachments: value,
        remix_posts: value,
        parent_post: value,
      }).drift,
    ).toEqual([])
    expect(
      profile({ user_id: 'user-a', owner_profile: value, created_at: value, verified: value }).drift,
    ).toEqual([])
    expect(comment({ id: 'c1', children: value, profile: value, tombstoned_at: value }).drift).toEqual([])
  })

  it('is none where the field is unknown', () => {
    expect(listed({ id: 's_1', rooms: 5, shiny: { a: [] }, permissions: 'x', caption: 7 }).drift).toEqual([])
  })

  it('is noted where an id is named that could not be stored unaltered', () => {
    const harvest = listed({ id: 's_1', parent_post_id: 's_\uD800', shared_by: 'user-\uDC00' })
    expect(told(post(harvest))).toEqual({ id: 's_1' })
    expect(harvest.users.size).toBe(0)
    expect(harvest.drift.map(({ path }) => path).toSorted()).toEqual([
      'post.parent_post_id',
      'post.shared_by',
    ])
  })
})

describe('a time as text', () => {
  it.each(['2025-10-13T08:12:11Z', '2025-10-13T08:12:11.252443Z', '2025-10-13T10:12:11+02:00'])(
    'is no drift where it says its zone: %s',
    posted_at => {
      const harvest = listed({ id: 's_1', posted_at })
      expect(harvest.drift).toEqual([])
      expect(post(harvest).posted_at).toMatch(/^2025-10-13T08:12:11\.\d{3}Z$/)
    },
  )

  it.each([
    '2025-10-13 08:12:11',
    '2025-10-13T08:12:11.5',
    '1760343131',
    '1760343131.25',
    '1760343131252',
    'Mon, 13 Oct 2025 08:12:11 GMT',
    '2025-10-13T10:12:11+0200',
  ])('is one of UTC where it names no zone, and may be a number: %s', posted_at => {
    const harvest = listed({ id: 's_1', posted_at })
    expect(harvest.drift).toEqual([])
    expect(post(harvest).posted_at).toMatch(/^2025-10-13T08:12:11\.\d{3}Z$/)
  })

  it.each(['yesterday', '2025', '13.10.2025', '08:12:11', '2025-02-30T00:00:00Z', 'Oct 13 2025 08:12:11'])(
    'is drift where it is no time, or nobody knows which: %s',
    posted_at => {
      const harvest = listed({ id: 's_1', posted_at })
      expect(post(harvest).posted_at).toBeUndefined()
      expect(harvest.drift).toEqual([{ path: 'post.posted_at', expected: 'a time', got: 'string' }])
    },
  )

  it.each([0, '0', '0.0', '', '1970-01-01T00:00:00Z'])(
    'is not told where it is the beginning of time: %j',
    posted_at => {
      const harvest = listed({ id: 's_1', posted_at })
      expect(post(harvest).posted_at).toBeUndefined()
      expect(harvest.drift).toEqual([])
    },
  )

  it('of a comment is told in either form', () => {
    expect(commentRow(comment({ id: 'c1', posted_at: '2026-01-01T00:00:00Z' })).posted_at).toBe(
      '2026-01-01T00:00:00.000Z',
    )
    expect(commentRow(comment({ id: 'c1', posted_at: 1_767_225_600 })).posted_at).toBe(
      '2026-01-01T00:00:00.000Z',
    )
  })
})
