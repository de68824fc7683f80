import { describe, expect, it } from 'vitest'
import type { Crawler } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import type { PageRows, Subject, SubjectKind } from '../../src/db/index.js'

const crawlers = new Map((await loadCrawlers()).map(one => [one.name, one]))

function crawler(name: string): Crawler {
  const found = crawlers.get(name)
  if (found === undefined) throw new Error(`no crawler ${name}`)
  return found
}

const subject = (kind: SubjectKind, id: string, parentId: string | null = null): Subject => ({
  kind,
  id,
  parentId,
})

function read(name: string, about: Subject, items: unknown[], root?: Record<string, unknown>): PageRows {
  return crawler(name).interpret({ items, next: null, hasMore: undefined, root }, about)
}

/** What a page draws in, as `kind id +hop`, and its edges as `kind source target`. */
function meaning(rows: PageRows): { members: string[]; edges: string[] } {
  return {
    members: [...rows.members.values()].map(({ kind, id, hop }) => `${kind} ${id} +${hop}`).toSorted(),
    edges: [...rows.edges.values()]
      .map(({ kind, source_id, target_id }) => `${kind} ${source_id} ${target_id}`)
      .toSorted(),
  }
}

const video = (id: string, author: string, more: object = {}): unknown => ({
  post: { id, shared_by: author, ...more },
  profile: { user_id: author },
  reposter_profile: null,
})
const ME = subject('user', 'user-me')
const POST = subject('post', 's_me')
const COMMENT = subject('comment', 'c_me', 's_me')

describe('what a listing means', () => {
  it('feed: its posts are as deep as itself, their people one hop further, and their order is kept', () => {
    const rows = read('feed', subject('feed', ''), [
      video('s_2', 'user-b', { cameo_profiles: [{ user_id: 'ch_1' }] }),
      video('s_1', 'user-a'),
    ])
    expect(meaning(rows)).toEqual({
      members: ['post s_1 +0', 'post s_2 +0', 'user ch_1 +1', 'user user-a +1', 'user user-b +1'],
      edges: ['cameo ch_1 s_2'],
    })
    expect(rows.listed.map(item => item?.id)).toEqual(['s_2', 's_1'])
    expect(crawler('feed')).toMatchObject({
      order: 'ranked',
      ranks: 'feed',
      defaultMaxPages: 50,
      accepts: 'feed',
    })
  })

  it('leaderboard: its users are one hop away, in their order', () => {
    const rows = read('leaderboard', subject('leaderboard', ''), [
      { user_id: 'user-b', cameo_count: 9 },
      { user_id: 'ch_1', cameo_count: 5 },
    ])
    expect(meaning(rows)).toEqual({ members: ['user ch_1 +1', 'user user-b +1'], edges: [] })
    expect(rows.users.get('user-b')).toMatchObject({ cameo_count: 9 })
    expect(crawler('leaderboard')).toMatchObject({
      order: 'ranked',
      ranks: 'leaderboard',
      defaultMaxPages: null,
    })
  })

  it('search: its users are one hop away; a mention names who has no id', () => {
    const rows = read('search', subject('query', 'sam'), [
      { profile: { user_id: 'user-a', username: 'sam' }, token: '<@user-a>' },
      { profile: { username: 'samuel' }, token: '<@user-b>' },
    ])
    expect(meaning(rows)).toEqual({ members: ['user user-a +1', 'user user-b +1'], edges: [] })
    expect(rows.users.get('user-b')).toMatchObject({ username: 'samuel' })
    expect(crawler('search').params(subject('query', 'sam'))).toEqual({ username: 'sam' })
  })

  it('profile: is stored, and gives no scope', () => {
    const rows = read('profile', ME, [
      { user_id: 'user-me', username: 'me', owner_profile: { user_id: 'user-o' } },
    ])
    expect(meaning(rows)).toEqual({ members: [], edges: [] })
    expect([...rows.users.keys()].toSorted()).toEqual(['user-me', 'user-o'])
  })

  it('posts: are as deep as their user, who is one hop further if he is met there', () => {
    expect(meaning(read('posts', ME, [video('s_1', 'user-me')]))).toEqual({
      members: ['post s_1 +0', 'user user-me +1'],
      edges: [],
    })
    expect(crawler('posts')).toMatchObject({ order: 'newest-first', recheck: true })
  })

  it('followers: follow the subject', () => {
    expect(meaning(read('followers', ME, [{ user_id: 'user-f' }]))).toEqual({
      members: ['user user-f +1'],
      edges: ['follow user-f user-me'],
    })
    expect(crawler('followers')).toMatchObject({
      order: 'newest-first',
      gate: { counters: ['follower_count'], closedWhen: 'empty' },
    })
  })

  it('following: are followed by the subject', () => {
    expect(meaning(read('following', ME, [{ user_id: 'user-f' }]))).toEqual({
      members: ['user user-f +1'],
      edges: ['follow user-me user-f'],
    })
    expect(crawler('following')).toMatchObject({
      order: 'newest-first',
      gate: { counters: ['following_count'], closedWhen: 'empty' },
    })
  })

  it('cameos: are posts in which the subject appears, whether or not the post names him', () => {
    expect(
      meaning(
        read('cameos', ME, [
          video('s_1', 'user-a'),
          video('s_2', 'user-a', { cameo_profiles: [{ user_id: 'user-me' }, { user_id: 'ch_1' }] }),
        ]),
      ),
    ).toEqual({
      members: ['post s_1 +0', 'post s_2 +0', 'user ch_1 +1', 'user user-a +1', 'user user-me +1'],
      edges: ['cameo ch_1 s_2', 'cameo user-me s_1', 'cameo user-me s_2'],
    })
    expect(crawler('cameos').order).toBe('newest-first')
  })

  it('comments: are first-level comments of the subject, whose own record is beside them', () => {
    const root = { post: { id: 's_me', text: 'root', shared_by: 'user-r' }, profile: { user_id: 'user-r' } }
    const rows = read('comments', POST, [{ id: 'c1', posted_by: 'user-a', text: 'nice' }], root)
    expect(meaning(rows)).toEqual({ members: ['comment c1 +0', 'user user-a +1'], edges: [] })
    expect(rows.comments.get('c1')).toMatchObject({
      post_id: 's_me',
      parent_comment_id: null,
      user_id: 'user-a',
    })
    expect(rows.posts.get('s_me')).toMatchObject({ text: 'root', user_id: 'user-r' })
    expect(crawler('comments')).toMatchObject({
      order: 'ranked',
      gate: { counters: ['reply_count', 'recursive_reply_count'], closedWhen: 'unmoved' },
    })
  })

  it('replies: stand under the subject, and give scope to their authors alone', () => {
    const root = {
      post: { id: 'c_me', text: 'the comment', shared_by: 'user-r' },
      profile: { user_id: 'user-r' },
    }
    const rows = read('replies', COMMENT, [{ id: 'r1', posted_by: 'user-a', text: 'thanks' }], root)
    expect(meaning(rows)).toEqual({ members: ['reply r1 +0', 'user user-a +1'], edges: [] })
    expect(rows.comments.get('r1')).toMatchObject({ post_id: 's_me', parent_comment_id: 'c_me' })
    expect(rows.comments.get('c_me')).toMatchObject({
      post_id: 's_me',
      parent_comment_id: null,
      text: 'the comment',
    })
    expect(crawler('replies').params(COMMENT)).toEqual({ comment_id: 'c_me' })
  })

  it('remixes: are one hop deeper than the subject, and their people two', () => {
    const flat = { id: 's_r', shared_by: 'user-a', cameo_profiles: [{ user_id: 'ch_1' }] }
    for (const record of [flat, { post: flat, profile: { user_id: 'user-a' } }]) {
      expect(meaning(read('remixes', POST, [record]))).toEqual({
        members: ['post s_r +1', 'user ch_1 +2', 'user user-a +2'],
        edges: ['cameo ch_1 s_r', 'remix s_r s_me'],
      })
    }
    expect(crawler('remixes')).toMatchObject({
      order: 'ranked',
      gate: { counters: ['remix_count'], closedWhen: 'unmoved' },
    })
  })

  it('detail: lists the post that a seed names, and stores the comments shown with it', () => {
    const record = {
      ...(video('s_me', 'user-a') as object),
      children: {
        items: [{ post: { id: 'c1', text: 'nice', shared_by: 'user-c' }, profile: { user_id: 'user-c' } }],
      },
    }
    const rows = read('detail', subject('link', 's_me'), [record])
    expect(meaning(rows)).toEqual({ members: ['post s_me +0', 'user user-a +1'], edges: [] })
    expect(rows.comments.get('c1')).toMatchObject({ post_id: 's_me', parent_comment_id: null, text: 'nice' })
    expect(crawler('detail').params(subject('link', 's_me'))).toEqual({ post_id: 's_me' })
  })
})
