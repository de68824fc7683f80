import { describe, expect, it } from 'vitest'
import type { FieldsTold } from '../../src/db/index.js'
import { comment, harvestOf, listed, profile } from './support/read.js'

const added = ({ fields }: { fields: FieldsTold }): unknown => [...fields.added].toSorted()

/** In how many of how many listed records a field was. */
function told({ fields }: { fields: FieldsTold }, path: string): string | undefined {
  const field = fields.listed.find(one => one.path === path)
  return field && `${field.carried} of ${field.records}`
}

describe('a field that nobody has described', () => {
  it('is counted by its path, in every kind of record and wherever the record stands', () => {
    const record = {
      wrap: 1,
      post: {
        id: 's_1',
        shiny: null,
        attachments: [{ glow: 1 }, { glow: 2 }],
        parent_post: { post: { id: 's_0', shiny: 1 }, profile: null, reposter_profile: null },
      },
      profile: { user_id: 'user-a', aura: {} },
      reposter_profile: { user_id: 'user-b', aura: {} },
    }
    expect(added(listed(record))).toEqual([
      ['attachment.glow', 2],
      ['item.wrap', 1],
      ['post.shiny', 2],
      ['profile.aura', 2],
    ])
    expect(
      added(
        comment({ post: { id: 'c1', shiny: 1 }, profile: {}, children: { items: [{ id: 'c2', shiny: 2 }] } }),
      ),
    ).toEqual([['comment.shiny', 2]])
    expect(added(profile({ profile: { user_id: 'user-a', aura: 1 }, wrap: 2 }))).toEqual([
      ['item.wrap', 1],
      ['profile.aura', 1],
    ])
  })

  it('is none where either form has it', () => {
    expect(
      added(
        profile({
          user_id: 'user-a',
          bio: '',
          description: '',
          is_verified: true,
          verified: true,
          banner_image_url: '',
          cover_photo_url: '',
          plan_type: null,
          social_links: [],
        }),
      ),
    ).toEqual([])
    expect(
      added(comment({ id: 'c1', text: '', posted_by: 'user-a', profile: {}, children: {}, reply_count: 0 })),
    ).toEqual([])
  })

  it('is only counted where there are more than a hundred on a page, or its name is none', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, n]))
    const { fields } = listed({
      id: 's_1',
      ...many,
      'user-a\u001B[2J': 1,
      '': 2,
      ['x'.repeat(65)]: 3,
      'ein Satz': 4,
    })
    expect([fields.added.size, fields.otherAdded]).toEqual([100, 4_904])
    const { fields: odd } = listed(
      JSON.parse('{"id":"s_1","__proto__":{"polluted":1},"constructor":2,"\\ud800":3}'),
    )
    expect([[...odd.added.keys()], odd.otherAdded]).toEqual([['post.__proto__', 'post.constructor'], 1])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('a field that records of a listing carry', () => {
  it('is counted, null or not, by the records that the page lists and by what stands beside each', () => {
    const harvest = harvestOf(page => {
      page.listPost({
        post: { id: 's_1', view_count: 3, attachments: [{ url: '' }] },
        profile: { user_id: 'user-a', username: 'a' },
      })
      page.listPost({
        post: {
          id: 's_2',
          view_count: null,
          parent_post: { post: { id: 's_1', like_count: 1 } },
          cameo_profiles: [{ user_id: 'user-c' }],
        },
        profile: null,
      })
      page.storePost({ post: { id: 's_3', like_count: 1 }, profile: { user_id: 'user-d' } })
    })
    expect(
      ['post.view_count', 'post.like_count', 'attachment.url', 'profile.username'].map(path =>
        told(harvest, path),
      ),
    ).toEqual(['2 of 2', '0 of 2', '1 of 1', '1 of 1'])
  })

  it('has the same name in either form', () => {
    const harvest = harvestOf(page => {
      page.listUser({ user_id: 'user-a', bio: '', is_verified: true, like_count: 1 })
      page.listUser({ user_id: 'user-b', description: '', verified: true, likes_received_count: 1 })
      page.listUser({ user_id: 'user-c', description: '', bio: '' })
    })
    expect(
      ['profile.bio', 'profile.is_verified', 'profile.like_count'].map(path => told(harvest, path)),
    ).toEqual(['3 of 3', '2 of 3', '2 of 3'])
  })

  it('is not looked for where some records have none by their nature', () => {
    for (const path of [
      'post.emoji',
      'post.parent_post_id',
      'post.shared_by',
      'post.tombstoned_at',
      'post.cameo_profiles',
    ])
      expect(told(listed({ id: 's_1' }), path)).toBeUndefined()
    expect(told(listed({ id: 's_1' }), 'post.view_count')).toBe('0 of 1')
  })
})
