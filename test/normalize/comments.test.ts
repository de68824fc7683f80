import { describe, expect, it } from 'vitest'
import { comment, commentRow, edges, got, harvestOf, members, told, user } from './support/read.js'

const NATIVE = {
  post: {
    id: 'c1',
    text: 'nice',
    shared_by: 'user-b',
    parent_post_id: 's_root',
    root_post_id: 's_root',
    posted_at: 1_767_000_100.25,
    like_count: 1,
    reply_count: 2,
    recursive_reply_count: 2,
    tombstoned_at: null,
    attachments: [],
  },
  profile: { user_id: 'user-b', username: 'gull' },
  children: { items: [], cursor: null },
}
const FLAT = {
  id: 'c1',
  text: 'nice',
  posted_by: 'user-b',
  posted_at: 1_767_000_100.25,
  like_count: 1,
  reply_count: 2,
  profile: { username: 'gull', display_name: null },
}
const ROW = {
  id: 'c1',
  post_id: 's_root',
  user_id: 'user-b',
  text: 'nice',
  posted_at: '2025-12-29T09:21:40.250Z',
  like_count: 1,
  reply_count: 2,
}

describe('a comment', () => {
  it.each([
    ['the platform’s own form', NATIVE],
    ['the contract’s form', FLAT],
  ])('is read in %s', (_, record) => {
    const harvest = comment(record)
    expect(told(commentRow(harvest))).toEqual(ROW)
    expect(told(user(harvest, 'user-b'))).toEqual({ id: 'user-b', username: 'gull' })
    expect(members(harvest)).toEqual(['comment c1 +0', 'user user-b +1'])
    expect(harvest.drift).toEqual([])
  })

  it('is no post', () => {
    expect(comment(NATIVE).posts.size).toBe(0)
    expect(comment(NATIVE).attachments.size).toBe(0)
    expect(edges(comment(NATIVE))).toEqual([])
  })

  it.each([
    ['shared_by', { shared_by: 'user-s', posted_by: 'user-p' }, 'user-s'],
    ['posted_by', { posted_by: 'user-p' }, 'user-p'],
    ['the profile’s id', {}, 'user-x'],
  ])('has its author from %s', (_, fields, author) => {
    expect(commentRow(comment({ id: 'c1', ...fields, profile: { user_id: 'user-x' } })).user_id).toBe(author)
  })

  it('that was deleted says when', () => {
    expect(commentRow(comment({ ...FLAT, tombstoned_at: '2026-01-01T00:00:00Z' })).tombstoned_at).toBe(
      '2026-01-01T00:00:00.000Z',
    )
    expect(commentRow(comment({ ...FLAT, tombstoned_at: 1_767_225_600 })).tombstoned_at).toBe(
      '2026-01-01T00:00:00.000Z',
    )
  })

  it('stands under the post that was asked for, whatever it says itself', () => {
    expect(commentRow(comment({ ...FLAT, root_post_id: 's_other', parent_post_id: 's_other' })).post_id).toBe(
      's_root',
    )
  })

  it('stands under the root that it names, where nobody asked for a post', () => {
    const harvest = harvestOf(page =>
      page.listComment({ ...FLAT, root_post_id: 's_other' }, { postId: undefined, parentId: 'c0' }),
    )
    expect(commentRow(harvest)).toMatchObject({ post_id: 's_other', parent_comment_id: 'c0' })
  })

  it('shows its cameos as people met', () => {
    const harvest = comment({
      post: { id: 'c1', shared_by: 'user-b', cameo_profiles: [{ user_id: 'ch_1' }] },
    })
    expect(members(harvest)).toEqual(['comment c1 +0', 'user ch_1 +1', 'user user-b +1'])
  })
})

describe('a reply', () => {
  it('is listed as one, and its author met', () => {
    const harvest = harvestOf(page => page.listComment(FLAT, { postId: 's_root', parentId: 'c0' }))
    expect(told(commentRow(harvest))).toEqual({ ...ROW, parent_comment_id: 'c0' })
    expect(members(harvest)).toEqual(['reply c1 +0', 'user user-b +1'])
  })

  it('embedded in its comment is stored under it, and gives no scope', () => {
    const reply = {
      post: { id: 'r1', text: 'thanks', shared_by: 'user-c' },
      profile: { user_id: 'user-c', username: 'tern' },
    }
    for (const record of [
      { ...NATIVE, children: { items: [reply], cursor: null } },
      { ...NATIVE, children: [reply] },
      { ...FLAT, children: { items: [reply] } },
    ]) {
      const harvest = comment(record)
      expect(told(got(harvest.comments.get('r1'), 'r1'))).toEqual({
        id: 'r1',
        post_id: 's_root',
        parent_comment_id: 'c1',
        user_id: 'user-c',
        text: 'thanks',
      })
      expect(told(user(harvest, 'user-c'))).toEqual({ id: 'user-c', username: 'tern' })
      expect(members(harvest)).toEqual(['comment c1 +0', 'user user-b +1'])
    }
  })

  it('embedded and broken costs nothing beside it', () => {
    const harvest = comment({
      ...NATIVE,
      children: { items: [null, 'x', {}, { post: { id: 5 } }, { post: { id: 'r1' } }] },
    })
    expect([...harvest.comments.keys()]).toEqual(['c1', 'r1'])
    expect(harvest.rejects).toEqual([])
  })

  it('to a reply hangs on that reply', () => {
    const harvest = comment({
      ...NATIVE,
      children: { items: [{ post: { id: 'r1' }, children: { items: [{ post: { id: 'r2' } }] } }] },
    })
    expect(commentRow(harvest, 'r2').parent_comment_id).toBe('r1')
  })
})
