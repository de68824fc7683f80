import { describe, expect, it } from 'vitest'
import { harvestOf, listed, members, profile, told, user } from './support/read.js'

const NATIVE = {
  user_id: 'user-a',
  username: 'harbour.kite',
  display_name: 'Kite',
  description: 'I fly.',
  profile_picture_url: 'https://cdn.openai.com/a.webp',
  cover_photo_url: 'https://cdn.openai.com/b.webp',
  verified: true,
  follower_count: 12,
  following_count: 7,
  post_count: 4,
  likes_received_count: 90,
  cameo_count: 3,
  created_at: 1_759_000_000.5,
  website: 'https://kite.example',
  location: 'Hamburg',
  owner_profile: null,
  can_cameo: true,
  is_following: false,
}
const CONTRACT = {
  user_id: 'user-a',
  username: 'harbour.kite',
  display_name: 'Kite',
  bio: 'I fly.',
  profile_picture_url: 'https://cdn.openai.com/a.webp',
  banner_image_url: 'https://cdn.openai.com/b.webp',
  is_verified: true,
  follower_count: 12,
  following_count: 7,
  post_count: 4,
  like_count: 90,
  view_count: 1_000,
  cameo_count: 3,
  created_at: '2025-09-27T19:06:40.5Z',
  social_links: [{ kind: 'website', url: 'https://kite.example' }],
}
const COMMON = {
  id: 'user-a',
  username: 'harbour.kite',
  display_name: 'Kite',
  bio: 'I fly.',
  profile_picture_url: 'https://cdn.openai.com/a.webp',
  banner_image_url: 'https://cdn.openai.com/b.webp',
  is_verified: 1,
  follower_count: 12,
  following_count: 7,
  post_count: 4,
  like_count: 90,
  cameo_count: 3,
  created_at: '2025-09-27T19:06:40.500Z',
}

describe('a profile', () => {
  it('is read in the platform’s own form', () => {
    expect(told(user(profile(NATIVE)))).toEqual({
      ...COMMON,
      social_links: '{"website":"https://kite.example","location":"Hamburg"}',
    })
  })

  it('is read in the contract’s form', () => {
    expect(told(user(profile(CONTRACT)))).toEqual({
      ...COMMON,
      view_count: 1_000,
      social_links: '[{"kind":"website","url":"https://kite.example"}]',
    })
  })

  it('may come in a wrapper', () => {
    expect(told(user(profile({ profile: NATIVE, token: '<@user-a>' })))).toEqual(told(user(profile(NATIVE))))
  })

  it('believes the contract’s name where both forms tell a field', () => {
    const row = user(
      profile({
        user_id: 'user-a',
        bio: 'new',
        description: 'old',
        like_count: 2,
        likes_received_count: 1,
        is_verified: false,
        verified: true,
        banner_image_url: 'n',
        cover_photo_url: 'o',
      }),
    )
    expect(told(row)).toEqual({
      id: 'user-a',
      bio: 'new',
      like_count: 2,
      is_verified: 0,
      banner_image_url: 'n',
    })
  })

  it('falls back to the platform’s name where the contract’s is null', () => {
    expect(
      told(
        user(
          profile({ user_id: 'user-a', bio: null, description: 'old', is_verified: null, verified: true }),
        ),
      ),
    ).toEqual({ id: 'user-a', bio: 'old', is_verified: 1 })
  })

  it('tells nothing of what is null or missing', () => {
    expect(
      told(
        user(
          profile({
            user_id: 'user-a',
            display_name: null,
            follower_count: null,
            social_links: null,
            work: null,
          }),
        ),
      ),
    ).toEqual({ id: 'user-a' })
  })

  it('keeps links whatever their shape is', () => {
    for (const social_links of [{}, [], 'https://x.example', { deep: [{ a: null }] }, false]) {
      expect(user(profile({ user_id: 'user-a', social_links })).social_links).toBe(
        JSON.stringify(social_links),
      )
    }
  })

  it('keeps a lone surrogate out of its links', () => {
    expect(
      user(profile({ user_id: 'user-a', social_links: { x: '\uD800' } })).social_links?.isWellFormed(),
    ).toBe(true)
  })

  it.each([
    ['user-xiCyLclE6KJcdTXyvVq3Ontc'],
    ['ch_68e647d78e5081918cdeaf27e7edc735'],
    [' '],
    ['USER-A'],
    ['a\0b'],
    ['__proto__'],
  ])('keeps its id as served: %j', user_id => {
    expect([...profile({ user_id }).users.keys()]).toEqual([user_id])
  })
})

describe('a character account', () => {
  it('names its owner, who is stored too, and gives no scope', () => {
    const harvest = harvestOf(page =>
      page.listUser({
        user_id: 'ch_1',
        username: 'robot',
        owner_profile: { user_id: 'user-o', username: 'owner', verified: true },
      }),
    )
    expect(told(user(harvest, 'ch_1'))).toEqual({ id: 'ch_1', username: 'robot', owner_user_id: 'user-o' })
    expect(told(user(harvest, 'user-o'))).toEqual({ id: 'user-o', username: 'owner', is_verified: 1 })
    expect(members(harvest)).toEqual(['user ch_1 +1'])
  })

  it.each([[null], [undefined], [{}], [{ user_id: null }], [{ user_id: '' }], [{ user_id: 7 }]])(
    'may have an owner that nobody can name: %j',
    owner_profile => {
      const harvest = profile({ user_id: 'ch_1', owner_profile })
      expect(told(user(harvest, 'ch_1'))).toEqual({ id: 'ch_1' })
      expect(harvest.users.size).toBe(1)
    },
  )

  it('as a cameo brings its owner along', () => {
    const harvest = listed({
      id: 's_1',
      cameo_profiles: [{ user_id: 'ch_1', owner_profile: { user_id: 'user-o' } }],
    })
    expect([...harvest.users.keys()].toSorted()).toEqual(['ch_1', 'user-o'])
    expect(members(harvest)).toEqual(['post s_1 +0', 'user ch_1 +1'])
  })

  it('that owns itself is one row', () => {
    const harvest = profile({
      user_id: 'ch_1',
      username: 'robot',
      owner_profile: { user_id: 'ch_1', display_name: 'R' },
    })
    expect(told(user(harvest, 'ch_1'))).toEqual({
      id: 'ch_1',
      username: 'robot',
      display_name: 'R',
      owner_user_id: 'ch_1',
    })
  })
})

describe('profiles without an id', () => {
  it('inside a post are counted as drift', () => {
    const harvest = listed({ id: 's_1', cameo_profiles: [{ username: 'x' }, null, { user_id: 'ch_1' }] })
    expect([...harvest.users.keys()]).toEqual(['ch_1'])
    expect(harvest.drift).toEqual([
      { path: 'post.cameo_profiles', expected: 'profiles', got: 'a profile without id' },
    ])
  })

  it('are set aside where they are the record', () => {
    const harvest = harvestOf(page => page.listUser({ username: 'x' }))
    expect(harvest.users.size).toBe(0)
    expect(members(harvest)).toEqual([])
    expect(harvest.rejects).toEqual([
      { reason: 'profile.user_id: expected an id, got missing', raw: '{"username":"x"}' },
    ])
  })

  it('take the id that the caller knows', () => {
    expect(
      told(
        user(
          harvestOf(page => page.listUser({ profile: { username: 'x' }, token: '<@user-t>' }, 'user-t')),
          'user-t',
        ),
      ),
    ).toEqual({ id: 'user-t', username: 'x' })
  })

  it('do not take the caller’s id in place of one that cannot be read', () => {
    const harvest = harvestOf(page => page.listUser({ profile: { user_id: 5, username: 'x' } }, 'user-t'))
    expect(harvest.users.size).toBe(0)
    expect(harvest.rejects).toHaveLength(1)
  })
})
