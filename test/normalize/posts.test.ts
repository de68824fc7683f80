import { describe, expect, it } from 'vitest'
import { edges, got, harvestOf, listed, members, post, told, user } from './support/read.js'

const wrapper = (
  fields: object,
  profile: unknown = { user_id: 'user-a', username: 'kite' },
  more: object = {},
): unknown => ({ post: { id: 's_1', ...fields }, profile, reposter_profile: null, ...more })

describe('a post', () => {
  it('is the same whether it comes in a wrapper or flat', () => {
    const fields = { shared_by: 'user-a', text: 'a kite', like_count: 3, posted_at: 1_760_343_131.252443 }
    const wrapped = listed(wrapper(fields, null))
    const flat = listed({ id: 's_1', ...fields })
    expect(told(post(flat))).toEqual(told(post(wrapped)))
    expect(members(flat)).toEqual(members(wrapped))
  })

  it('tells every column that its table has', () => {
    const row = post(
      listed(
        wrapper({
          shared_by: 'user-a',
          text: 'a kite',
          posted_at: 1,
          updated_at: 2.5,
          like_count: 1,
          dislike_count: 2,
          view_count: 3,
          unique_view_count: 4,
          reply_count: 5,
          recursive_reply_count: 6,
          remix_count: 7,
          permalink: 'https://sora.chatgpt.com/p/s_1',
          preview_image_url: 'https://ogimg.chatgpt.com/?postId=s_1',
          parent_post_id: 's_0',
          root_post_id: 's_00',
          emoji: '🐱‍💻',
          is_featured: true,
          tombstoned_at: '2026-01-01T00:00:00Z',
        }),
      ),
    )
    expect(row).toEqual({
      id: 's_1',
      user_id: 'user-a',
      text: 'a kite',
      posted_at: '1970-01-01T00:00:01.000Z',
      updated_at: '1970-01-01T00:00:02.500Z',
      like_count: 1,
      dislike_count: 2,
      view_count: 3,
      unique_view_count: 4,
      reply_count: 5,
      recursive_reply_count: 6,
      remix_count: 7,
      permalink: 'https://sora.chatgpt.com/p/s_1',
      preview_image_url: 'https://ogimg.chatgpt.com/?postId=s_1',
      parent_post_id: 's_0',
      root_post_id: 's_00',
      emoji: '🐱‍💻',
      is_featured: 1,
      tombstoned_at: '2026-01-01T00:00:00.000Z',
    })
  })

  it('tells nothing of what is null or missing, and 0 and false and "" of what is', () => {
    expect(told(post(listed({ id: 's_1', like_count: null, text: null })))).toEqual({ id: 's_1' })
    expect(told(post(listed({ id: 's_1', like_count: 0, text: '', is_featured: false })))).toEqual({
      id: 's_1',
      like_count: 0,
      text: '',
      is_featured: 0,
    })
  })

  it.each([
    ['shared_by', { shared_by: 'user-s', posted_by: 'user-p' }, 'user-s'],
    ['posted_by, where shared_by is missing', { posted_by: 'user-p' }, 'user-p'],
    ['posted_by, where shared_by is null', { shared_by: null, posted_by: 'user-p' }, 'user-p'],
    ['posted_by, where shared_by is empty', { shared_by: '', posted_by: 'user-p' }, 'user-p'],
    ['the profile’s id, where neither is told', {}, 'user-a'],
  ])('has its author from %s', (_, fields, author) => {
    const harvest = listed(wrapper(fields))
    expect(post(harvest).user_id).toBe(author)
    expect(user(harvest, author).id).toBe(author)
  })

  it('gives its author a row where only the id is known, with nothing else told', () => {
    const harvest = listed({ id: 's_1', shared_by: 'user-x' })
    expect(told(user(harvest, 'user-x'))).toEqual({ id: 'user-x' })
    expect(members(harvest)).toEqual(['post s_1 +0', 'user user-x +1'])
  })

  it('has no author where nobody is told', () => {
    const harvest = listed({ id: 's_1' })
    expect(post(harvest).user_id).toBeUndefined()
    expect([...harvest.users]).toEqual([])
  })

  it('lends its author’s id to a profile that has none', () => {
    const harvest = listed(wrapper({ shared_by: 'user-s' }, { username: 'kite' }))
    expect(told(user(harvest, 'user-s'))).toEqual({ id: 'user-s', username: 'kite' })
  })

  it('meets the author, the cameos and the reposter, one hop further, and no one twice', () => {
    const cameo_profiles = [{ user_id: 'ch_1' }, { user_id: 'user-a' }]
    const harvest = listed(
      wrapper(
        { shared_by: 'user-a', cameo_profiles },
        { user_id: 'user-a' },
        { reposter_profile: { user_id: 'user-r', username: 'again' } },
      ),
    )
    expect(members(harvest)).toEqual(['post s_1 +0', 'user ch_1 +1', 'user user-a +1', 'user user-r +1'])
    expect(edges(harvest)).toEqual(['cameo ch_1 s_1', 'cameo user-a s_1'])
  })

  it('is a hop further where its listing says so, and so are its people', () => {
    const harvest = harvestOf(page => page.listPost(wrapper({ cameo_profiles: [{ user_id: 'ch_1' }] }), 1))
    expect(members(harvest)).toEqual(['post s_1 +1', 'user ch_1 +2', 'user user-a +2'])
  })

  it('met twice on a page counts where it is nearer, and what either tells is told', () => {
    const harvest = harvestOf(page => {
      page.listPost({ id: 's_1', text: 'first', like_count: 1 }, 1)
      page.listPost({ id: 's_1', like_count: 2, text: null })
    })
    expect(members(harvest)).toEqual(['post s_1 +0'])
    expect(told(post(harvest))).toEqual({ id: 's_1', text: 'first', like_count: 2 })
  })
})

describe('the media of a post', () => {
  const attachment = {
    id: 's_1-attachment-0',
    kind: 'sora',
    generation_id: 'gen_1',
    width: 352,
    height: 640,
    n_frames: 300,
    duration_s: 9.5,
    url: 'https://videos.openai.com/a/md.mp4?se=2026-01-08T00%3A00%3A00Z&sig=x',
    downloadable_url: 'https://videos.openai.com/a/raw.mp4?se=2026-01-09T00%3A00%3A00Z&sig=y',
    encodings: {
      thumbnail: { path: 'https://videos.openai.com/a/t.webp' },
      gif: { url: 'https://videos.openai.com/a/p.gif' },
      md: 'https://videos.openai.com/a/md.mp4',
      unfurl: null,
    },
  }
  const media = (attachments: unknown): Record<string, unknown>[] =>
    [...listed(wrapper({ attachments })).attachments.values()].map(told)

  it('is a row of its own, with its links wherever they stand', () => {
    expect(media([attachment])).toEqual([
      {
        id: 's_1-attachment-0',
        post_id: 's_1',
        position: 0,
        kind: 'sora',
        generation_id: 'gen_1',
        width: 352,
        height: 640,
        duration_s: 9.5,
        url: attachment.url,
        downloadable_url: attachment.downloadable_url,
        thumbnail_url: 'https://videos.openai.com/a/t.webp',
        gif_url: 'https://videos.openai.com/a/p.gif',
        md_url: 'https://videos.openai.com/a/md.mp4',
        url_expires_at: '2026-01-08T00:00:00.000Z',
      },
    ])
  })

  it('lasts as long as its frames at 30 a second, where nothing else is told', () => {
    expect(media([{ ...attachment, duration_s: null }])[0]?.['duration_s']).toBe(10)
    expect(media([{ ...attachment, duration_s: undefined, n_frames: null }])[0]).not.toHaveProperty(
      'duration_s',
    )
  })

  it('expires with the link for download, where the other has no end', () => {
    expect(media([{ ...attachment, url: 'https://videos.openai.com/a/md.mp4' }])[0]?.['url_expires_at']).toBe(
      '2026-01-09T00:00:00.000Z',
    )
  })

  it('has the id that the platform would give it, where it tells none', () => {
    expect(
      media([{ kind: 'sora' }, { id: null }, { id: 5 }]).map(({ id, position }) => [id, position]),
    ).toEqual([
      ['s_1-attachment-0', 0],
      ['s_1-attachment-1', 1],
      ['s_1-attachment-2', 2],
    ])
  })

  it.each([[null], [[]], [undefined]])('may be none: %j', attachments => {
    expect(media(attachments)).toEqual([])
  })

  it('is counted as drift where it is no object, and costs the post nothing', () => {
    const harvest = listed(wrapper({ attachments: [null, 'x', attachment] }))
    expect([...harvest.attachments.keys()]).toEqual(['s_1-attachment-0'])
    expect(harvest.attachments.get('s_1-attachment-0')?.position).toBe(2)
    expect(harvest.drift).toEqual([
      { path: 'post.attachments', expected: 'objects', got: 'null' },
      { path: 'post.attachments', expected: 'objects', got: 'string' },
    ])
    expect(harvest.rejects).toEqual([])
  })
})

describe('posts embedded in a post', () => {
  const embedded = (id: string, author: string, more: object = {}): unknown => ({
    post: { id, shared_by: author, ...more },
    profile: { user_id: author, username: author },
    reposter_profile: null,
  })

  it('are stored with their people, and give no scope', () => {
    const harvest = listed(
      wrapper({
        parent_post_id: 's_0',
        parent_post: embedded('s_0', 'user-p', { cameo_profiles: [{ user_id: 'ch_p' }] }),
        remix_posts: { items: [embedded('s_2', 'user-r'), embedded('s_3', 'user-r')], cursor: null },
        ancestors: { items: [embedded('s_00', 'user-q'), embedded('s_0', 'user-p')], cursor: null },
      }),
    )
    expect([...harvest.posts.keys()].toSorted()).toEqual(['s_0', 's_00', 's_1', 's_2', 's_3'])
    expect([...harvest.users.keys()].toSorted()).toEqual(['ch_p', 'user-a', 'user-p', 'user-q', 'user-r'])
    expect(members(harvest)).toEqual(['post s_1 +0', 'user user-a +1'])
    expect(edges(harvest)).toEqual(['cameo ch_p s_0', 'remix s_1 s_0', 'remix s_2 s_1', 'remix s_3 s_1'])
  })

  it.each([
    ['null', null, []],
    ['no items', { items: [], cursor: null }, []],
    ['null items', { items: null }, []],
    ['a bare list', [embedded('s_2', 'user-r')], ['s_2']],
    ['items', { items: [embedded('s_2', 'user-r')] }, ['s_2']],
    [
      'items that are no posts',
      { items: [null, 5, {}, { post: null }, { post: { id: '' } }, embedded('s_2', 'user-r')] },
      ['s_2'],
    ],
  ])('may come as %s', (_, remix_posts, ids) => {
    const harvest = listed(wrapper({ remix_posts }))
    expect([...harvest.posts.keys()].filter(id => id !== 's_1')).toEqual(ids)
    expect(harvest.rejects).toEqual([])
  })

  it('make an edge to the parent that is told by id alone', () => {
    expect(edges(listed(wrapper({ parent_post_id: 's_0' })))).toEqual(['remix s_1 s_0'])
  })

  it('make no edge from a post to itself', () => {
    expect(edges(listed(wrapper({ parent_post_id: 's_1' })))).toEqual([])
    expect(edges(listed(wrapper({ remix_posts: [embedded('s_1', 'user-a')] })))).toEqual([])
  })

  it('do not unsay what the listed post told of itself', () => {
    const harvest = listed(
      wrapper({
        text: 'mine',
        like_count: 5,
        parent_post: embedded('s_0', 'user-p', { remix_posts: [{ id: 's_1', text: null }] }),
      }),
    )
    expect(told(post(harvest))).toMatchObject({ text: 'mine', like_count: 5 })
    expect(got(harvest.posts.get('s_0'), 's_0').user_id).toBe('user-p')
  })
})
