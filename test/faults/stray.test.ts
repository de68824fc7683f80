/** Answers about another entity than the one asked for, as caches serve them that mix up their keys. */
import { describe, expect } from 'vitest'
import type { Route } from '../support/world/model.js'
import type { Answer } from '../support/world/server.js'
import { commentId, crowd, postId, story, userId } from '../support/world/story.js'
import type { Json, JsonObject } from '../support/world/wire.js'
import { test, type Lab } from './support/invocation.js'

const world = story({
  users: ['star', 'other', ...crowd('sam', 3)].map(name => ({ name })),
  posts: [
    { name: 'first', by: 'star' },
    { name: 'second', by: 'other' },
    ...crowd('mine', 2).map(name => ({ name, by: 'star', remixOf: 'first', with: ['star'] })),
    ...crowd('theirs', 2).map(name => ({ name, by: 'other', remixOf: 'second', with: ['other'] })),
  ],
  comments: [
    ...crowd('hers', 2).map(name => ({ name, by: 'sam0', on: 'first' })),
    ...crowd('his', 2).map(name => ({ name, by: 'sam1', on: 'second' })),
    { name: 'answer', by: 'sam2', on: 'first', under: 'hers0' },
    { name: 'reply', by: 'sam2', on: 'second', under: 'his0' },
  ],
})

interface Asked {
  readonly route: Route
  readonly subject: string
  readonly other: string
  readonly seeds: readonly string[]
  readonly collect: readonly string[]
  readonly noun: string
}

const star = { seeds: [userId('star')], subject: userId('star'), other: userId('other'), noun: 'user' }
const first = { seeds: [postId('first')], subject: postId('first'), other: postId('second'), noun: 'post' }
const asked: readonly Asked[] = [
  { route: 'get_user_profile', collect: ['profile'], ...star },
  { route: 'get_user_posts', collect: ['posts'], ...star },
  { route: 'get_user_cameo_appearances', collect: ['cameos'], ...star },
  { route: 'get_post_detail', collect: [], ...first },
  { route: 'get_post_comments', collect: ['comments'], ...first },
  { route: 'get_post_remix_list', collect: ['remixes'], ...first },
  {
    route: 'get_comment_replies',
    collect: ['comments', 'replies'],
    seeds: first.seeds,
    subject: commentId('hers0'),
    other: commentId('his0'),
    noun: 'comment',
  },
]

/**
 * Answers for another entity, `times` times or always. What tells whose a record is, is in the payloads of
 * the platform itself.
 */
async function confused(
  lab: Lab,
  { route, subject, other }: Asked,
  times = Number.POSITIVE_INFINITY,
): Promise<{ server: Awaited<ReturnType<Lab['serve']>>; requests: () => number }> {
  const twin = await lab.serve({ world, form: 'native' })
  let left = times
  const server = await lab.serve({
    world,
    form: 'native',
    override: async (seen): Promise<Answer | undefined> => {
      if (seen.route !== route || seen.subject !== subject || left === 0) return undefined
      left -= 1
      const parameters = Object.entries(seen.params).map(
        ([name, value]) => `${name}=${encodeURIComponent(value.replace(subject, other))}`,
      )
      const answer = await fetch(`${twin.url}/${route}?${parameters.join('&')}`, {
        headers: { authorization: 'Bearer sk-test-3f9c1d5ab7e24c60-secret' },
      })
      return { status: 200, data: ((await answer.json()) as JsonObject)['data'] as Json }
    },
  })
  return {
    server,
    requests: () => server.seen.filter(one => one.route === route && one.subject === subject).length,
  }
}

const streamOf =
  'SELECT f.state, f.reason, k.pass_state AS pass, k.id FROM frontier f JOIN checkpoints k ON ' +
  'k.id = f.stream_id WHERE k.subject_id = ? AND k.stream = (SELECT stream FROM checkpoints c ' +
  'JOIN requests r ON r.stream_id = c.id WHERE r.route = ? AND c.subject_id = k.subject_id LIMIT ' +
  '1)'

describe.concurrent('an answer about another than was asked for', () => {
  test.for(asked.map(one => [one.route, one] as const))(
    '%s: is no answer, twice the same fails, and lists nothing; what it tells is stored',
    async ([, one], { lab }) => {
      const { server, requests } = await confused(lab, one)
      const file = lab.database()
      const { outcome } = await lab.crawl(server, file, one)
      expect([outcome.exitCode, requests()]).toEqual([3, 2])
      lab.look(file, db => {
        const stream = db.prepare(streamOf).get(one.subject, one.route) as {
          id: number
          state: string
          reason: string
          pass: string
        }
        expect(stream).toMatchObject({
          state: 'failed',
          reason: `the same answer twice: the answer is about another ${one.noun} than the one asked for`,
          pass: 'open',
        })
        // A post that a seed names is in scope whether or not its detail can be had.
        expect(
          db
            .prepare('SELECT count(*) FROM members WHERE stream_id = ? AND item_id <> ?')
            .pluck()
            .get(stream.id, one.subject),
        ).toBe(0)
        expect(
          db.prepare('SELECT count(*) FROM completed_passes WHERE stream_id = ?').pluck().get(stream.id),
        ).toBe(0)
        expect(
          db
            .prepare("SELECT count(*) FROM edges WHERE ? IN (source_id, target_id) AND kind <> 'remix'")
            .pluck()
            .get(one.subject),
        ).toBe(0)
        expect(
          db
            .prepare(
              'SELECT count(*) FROM requests WHERE stream_id = ? AND status = 200 AND cost_microusd > 0',
            )
            .pluck()
            .get(stream.id),
        ).toBe(2)
        expect(db.prepare('SELECT count(*) FROM pages WHERE stream_id = ?').pluck().get(stream.id)).toBe(2)
        const theirs =
          {
            get_user_profile: ['users', userId('other')],
            get_user_posts: ['posts', postId('theirs0')],
            get_user_cameo_appearances: ['posts', postId('theirs0')],
            get_post_detail: ['posts', postId('second')],
            get_post_comments: ['comments', commentId('his1')],
            get_post_remix_list: ['posts', postId('theirs1')],
            get_comment_replies: ['comments', commentId('reply')],
          }[one.route as string] ?? []
        expect(db.prepare(`SELECT id FROM ${theirs[0]} WHERE id = ?`).pluck().get(theirs[1])).toBe(theirs[1])
        expect(
          db
            .prepare('SELECT id FROM comments WHERE post_id = ? AND user_id = ?')
            .pluck()
            .all(postId('first'), userId('sam1')),
        ).toEqual([])
        const misplaced = db.prepare(
          'SELECT count(*) FROM comments WHERE id = ? AND (post_id <> ? OR parent_comment_id IS NOT ?)',
        )
        expect(misplaced.pluck().get(commentId('reply'), postId('second'), commentId('his0'))).toBe(0)
      })
    },
  )

  test.for(asked.map(one => [one.route, one] as const))('%s: once is no harm', async ([, one], { lab }) => {
    const { server, requests } = await confused(lab, one, 1)
    const { outcome } = await lab.crawl(server, lab.database(), one)
    expect([outcome.exitCode, requests()]).toEqual([0, 2])
  })
})
