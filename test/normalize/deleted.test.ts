import { describe, expect, it } from 'vitest'
import {
  comment,
  commentRow,
  edges,
  harvestOf,
  listed,
  members,
  post,
  profile,
  told,
  user,
} from './support/read.js'

const NOBODY = {
  user_id: 'anonymous',
  username: 'anonymous',
  follower_count: 0,
  following_count: 0,
  post_count: 0,
  created_at: 0,
  verified: false,
}
const FIXED = 'This post has been deleted'
const AT = 1_767_100_000.25
const ISO = '2025-12-30T13:06:40.250Z'
const PLACEHOLDER = {
  id: 's_1',
  shared_by: 'anonymous',
  posted_at: 1_767_000_000.5,
  updated_at: 0,
  text: FIXED,
  like_count: 0,
  view_count: 11,
  reply_count: 0,
  remix_count: 0,
  attachments: [],
  permalink: 'http://localhost:3000/s/s_1',
  parent_post_id: 's_0',
  root_post_id: null,
  tombstoned_at: AT,
  emoji: null,
  preview_image_url: 'http://localhost:3000/x',
  is_featured: false,
}

describe('the placeholder of a deleted post', () => {
  it('tells that it was deleted and where it stood, and of nobody', () => {
    const harvest = listed({ post: PLACEHOLDER, profile: NOBODY, reposter_profile: null })
    expect(told(post(harvest))).toEqual({ id: 's_1', parent_post_id: 's_0', tombstoned_at: ISO })
    expect([...harvest.users]).toEqual([])
    expect(members(harvest)).toEqual(['post s_1 +0'])
    expect(edges(harvest)).toEqual(['remix s_1 s_0'])
    expect(harvest.listed).toEqual([{ kind: 'post', id: 's_1', hop: 0 }])
    expect([harvest.rejects, harvest.drift]).toEqual([[], []])
    expect([...harvest.deleted]).toEqual(['s_1'])
  })

  it.each([
    ['named by its author alone', { ...PLACEHOLDER, tombstoned_at: null }, undefined],
    [
      'flat, with posted_by',
      { ...PLACEHOLDER, shared_by: undefined, posted_by: 'anonymous', profile: { username: 'anonymous' } },
      ISO,
    ],
    ['known by the profile beside it', { post: { ...PLACEHOLDER, shared_by: null }, profile: NOBODY }, ISO],
    ['without any author, and a fixed text', { ...PLACEHOLDER, shared_by: null }, ISO],
    ['without author and text', { ...PLACEHOLDER, shared_by: null, text: '' }, ISO],
    ['deleted at a time as text', { ...PLACEHOLDER, tombstoned_at: '2025-12-30T13:06:40.250Z' }, ISO],
    [
      'deleted at a time that cannot be read',
      { ...PLACEHOLDER, shared_by: null, tombstoned_at: true },
      undefined,
    ],
    ...[
      'Anonymous',
      'deleted',
      '[deleted]',
      '[removed]',
      'unknown',
      'deleted_user',
      '00000000-0000-0000-0000-000000000000',
    ].map((id): [string, object, string] => [`of ${id}`, { ...PLACEHOLDER, shared_by: id }, ISO]),
  ])('is known as it is, %s', (_, record, tombstoned_at) => {
    const harvest = listed(record)
    expect(told(post(harvest))).toEqual({
      id: 's_1',
      parent_post_id: 's_0',
      ...(tombstoned_at === undefined ? {} : { tombstoned_at }),
    })
    expect([...harvest.users]).toEqual([])
  })

  it('is known as parent, remix and ancestor, and tells of no cameo and no reposter', () => {
    const of = (id: string): unknown => ({
      post: { ...PLACEHOLDER, id, parent_post_id: null, cameo_profiles: [NOBODY] },
      profile: NOBODY,
      reposter_profile: NOBODY,
    })
    const harvest = listed({
      id: 's_1',
      shared_by: 'user-a',
      parent_post: of('s_p'),
      remix_posts: { items: [of('s_r')] },
      ancestors: [of('s_q')],
      cameo_profiles: [NOBODY, { user_id: 'ch_1', owner_profile: NOBODY }],
    })
    for (const id of ['s_p', 's_r', 's_q'])
      expect(told(post(harvest, id))).toEqual({ id, tombstoned_at: ISO })
    expect([...harvest.users.keys()]).toEqual(['user-a', 'ch_1'])
    expect(user(harvest, 'ch_1').owner_user_id).toBeUndefined()
    expect(edges(harvest)).toEqual(['cameo ch_1 s_1', 'remix s_1 s_p', 'remix s_r s_1'])
    expect(harvest.drift).toEqual([])
  })

  it('says what hangs on it where that is not 0', () => {
    expect(told(post(listed({ ...PLACEHOLDER, parent_post_id: null, remix_count: 2 })))).toEqual({
      id: 's_1',
      remix_count: 2,
      tombstoned_at: ISO,
    })
    expect(
      commentRow(comment({ id: 'c1', shared_by: 'anonymous', reply_count: 3, like_count: 4 })),
    ).toMatchObject({ reply_count: 3, user_id: undefined })
  })

  it('keeps an author who is a user, and still no fixed text and no zeros', () => {
    const harvest = listed({
      post: { ...PLACEHOLDER, shared_by: 'user-a' },
      profile: { user_id: 'user-a', username: 'kite' },
    })
    expect(told(post(harvest))).toEqual({
      id: 's_1',
      user_id: 'user-a',
      parent_post_id: 's_0',
      tombstoned_at: ISO,
    })
    expect(told(user(harvest))).toEqual({ id: 'user-a', username: 'kite' })
  })

  it.each([
    FIXED,
    'deleted',
    '[deleted]',
    '[removed]',
    'This video was removed.',
    'Comment deleted by its author',
    'This content is no longer available',
  ])('is told by the text "%s" if it was deleted', text => {
    expect(post(listed({ id: 's_1', shared_by: 'user-a', text, tombstoned_at: AT })).text).toBeUndefined()
    expect(post(listed({ id: 's_1', shared_by: 'user-a', text, tombstoned_at: null })).text).toBe(text)
  })

  it('is not told by a text that only speaks of it', () => {
    for (const text of [
      'my cat deleted my homework',
      'deleted scenes of my kite',
      'this post was removed twice and is back',
    ]) {
      expect(post(listed({ id: 's_1', shared_by: 'user-a', text, tombstoned_at: AT })).text).toBe(text)
    }
  })

  it('replaces nothing of a post that the same page shows as it was, before or after', () => {
    const alive = { id: 's_1', shared_by: 'user-a', text: 'a kite', like_count: 5 }
    for (const records of [
      [alive, PLACEHOLDER],
      [PLACEHOLDER, alive],
    ]) {
      const harvest = harvestOf(page => {
        for (const record of records) page.listPost(record)
      })
      expect(told(post(harvest))).toEqual({
        id: 's_1',
        user_id: 'user-a',
        text: 'a kite',
        like_count: 5,
        parent_post_id: 's_0',
        tombstoned_at: ISO,
      })
      expect([...harvest.deleted]).toEqual([])
    }
  })
})

describe('a deleted post that is shown with its author and text', () => {
  it('is told as it is shown, to stand where nothing is known', () => {
    const harvest = listed({
      id: 's_1',
      shared_by: 'user-a',
      text: 'a kite',
      like_count: 3,
      tombstoned_at: AT,
    })
    expect(told(post(harvest))).toEqual({
      id: 's_1',
      user_id: 'user-a',
      text: 'a kite',
      like_count: 3,
      tombstoned_at: ISO,
    })
    expect([...harvest.deleted]).toEqual(['s_1'])
  })
})

describe('a post that was not deleted', () => {
  it.each([null, undefined, 0, '', '0', false])('says so by %j', tombstoned_at => {
    const harvest = listed({ id: 's_1', shared_by: 'user-a', text: FIXED, tombstoned_at })
    expect(told(post(harvest))).toEqual({ id: 's_1', user_id: 'user-a', text: FIXED })
    expect([...harvest.deleted]).toEqual([])
  })

  it('may be by a user whose id has such a word in it', () => {
    expect(post(listed({ id: 's_1', shared_by: 'user-anonymous' })).user_id).toBe('user-anonymous')
    expect(post(listed({ id: 's_1', shared_by: 'ch_deleted' })).user_id).toBe('ch_deleted')
  })
})

describe('the placeholder of a deleted comment', () => {
  const record = {
    id: 'c1',
    shared_by: 'anonymous',
    text: FIXED,
    posted_at: 1_767_000_600,
    like_count: 0,
    reply_count: 0,
    parent_post_id: 's_root',
    root_post_id: 's_root',
    tombstoned_at: AT,
    attachments: [],
  }

  it.each([
    ['the platform’s own form', { post: record, profile: NOBODY, reposter_profile: null, children: null }],
    [
      'the contract’s form',
      {
        id: 'c1',
        posted_by: 'anonymous',
        text: FIXED,
        like_count: 0,
        reply_count: 0,
        tombstoned_at: AT,
        profile: { username: 'anonymous' },
      },
    ],
  ])('is a comment of its post, by nobody, in %s', (_, served) => {
    const harvest = comment(served)
    expect(told(commentRow(harvest))).toEqual({ id: 'c1', post_id: 's_root', tombstoned_at: ISO })
    expect(members(harvest)).toEqual(['comment c1 +0'])
    expect([...harvest.users]).toEqual([])
    expect([harvest.rejects, harvest.drift, [...harvest.deleted]]).toEqual([[], [], ['c1']])
  })

  it('shows the replies to it all the same', () => {
    const reply = { post: { id: 'c2', shared_by: 'user-b', text: 'why?' } }
    const harvest = comment({ post: record, profile: NOBODY, children: { items: [reply] } })
    expect(told(commentRow(harvest, 'c2'))).toEqual({
      id: 'c2',
      post_id: 's_root',
      parent_comment_id: 'c1',
      user_id: 'user-b',
      text: 'why?',
    })
  })
})

describe('the placeholder of a user', () => {
  it('is nobody, and its place in a listing no fault', () => {
    for (const record of [
      NOBODY,
      { profile: NOBODY },
      { profile: { username: 'anonymous' }, token: '<@anonymous>' },
    ]) {
      const harvest = harvestOf(page => page.listUser(record, 'anonymous'))
      expect([harvest.users.size, harvest.listed, harvest.members.size, harvest.rejects]).toEqual([
        0,
        [undefined],
        0,
        [],
      ])
    }
  })

  it('tells nothing but the id where it has one: made at the beginning of time, and all is 0', () => {
    expect(told(user(profile({ ...NOBODY, user_id: 'user-a', username: 'deleted' })))).toEqual({
      id: 'user-a',
    })
  })

  it('is not every account that has nothing yet', () => {
    expect(told(user(profile({ ...NOBODY, user_id: 'user-a', created_at: 1_759_000_000 })))).toMatchObject({
      username: 'anonymous',
      follower_count: 0,
      created_at: '2025-09-27T19:06:40.000Z',
    })
    expect(told(user(profile({ ...NOBODY, user_id: 'user-a', follower_count: 2 })))).toEqual({
      id: 'user-a',
      username: 'anonymous',
      follower_count: 2,
      following_count: 0,
      post_count: 0,
      is_verified: 0,
    })
  })
})
