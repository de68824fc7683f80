import { describe, expect } from 'vitest'

import { test } from '../support/run.js'
import { mustGet } from '../support/world/model.js'
import { story, userId } from '../support/world/story.js'
import { expectExit, linesOf } from './judge.js'

const COLLECT = ['--collect', 'posts']

describe.concurrent('a handle that was remembered', () => {
  test('and belongs to somebody else now is told in one line of each command, and is no failure', async ({
    bench,
  }) => {
    const world = story({
      users: [{ name: 'star' }, { name: 'bob' }],
      posts: [
        { name: 'kite', by: 'star' },
        { name: 'storm', by: 'bob' },
      ],
    })
    const server = await bench.serve({ world })
    const about = (text: string): string[] => linesOf(text).filter(line => line.includes('is remembered as'))
    const before = await bench.crawl(server, ['@star', ...COLLECT])
    expectExit(before, 0)
    expect(about(before.stderr + before.stdout)).toEqual([])
    mustGet(world.users, userId('star')).username = 'old_star'
    mustGet(world.users, userId('bob')).username = 'star'
    const second = await bench.crawl(server, ['@star', ...COLLECT])
    expectExit(second, 0)
    expect(about(second.stderr)).toEqual([
      `@star is remembered as ${userId('star')}, who is @old_star now; name the user that you mean by id.`,
    ])
    expectExit(await bench.crawl(server, [userId('bob'), ...COLLECT]), 0)
    const line =
      `@star is remembered as ${userId('star')}, who is @old_star now, and ${userId('bob')} is ` +
      '@star; name the user that you mean by id.'
    const searches = server.seen.filter(({ route }) => route === 'search_users').length
    for (const command of ['crawl', 'plan']) {
      const result =
        command === 'crawl'
          ? await bench.crawl(server, ['@star', ...COLLECT])
          : await bench.run(['plan', '@star', ...COLLECT, '--db', bench.db])
      expectExit(result, 0)
      expect(about(result.stderr)).toEqual([line])
    }
    expect(server.seen.filter(({ route }) => route === 'search_users')).toHaveLength(searches)
  })

  test('is the same in composed and decomposed letters and in any case, and is paid for once', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: story({ users: [{ name: 'star', username: 'Ren\u00e9' }] }) })
    expectExit(await bench.crawl(server, ['@Ren\u00e9', '@Rene\u0301', ...COLLECT]), 0)
    expectExit(
      await bench.crawl(server, ['@Rene\u0301', 'https://sora.chatgpt.com/profile/Rene%CC%81', ...COLLECT]),
      0,
    )
    expect(server.seen.filter(({ route }) => route === 'search_users').map(({ subject }) => subject)).toEqual(
      ['Ren\u00e9'],
    )
    expect(bench.open().prepare('select username, user_id from handles').all()).toEqual([
      { username: 'Ren\u00e9', user_id: userId('star') },
    ])
  })

  test('is found where the platform has it decomposed', async ({ bench }) => {
    const name = 'Rene\u0301'
    const server = await bench.serve({
      world: story({ users: [{ name: 'star', username: name }] }),
      override: ({ route }, usual) =>
        route === 'search_users'
          ? { ...usual, data: { items: [{ profile: { user_id: userId('star'), username: name } }] } }
          : undefined,
    })
    const result = await bench.crawl(server, ['@Ren\u00e9', ...COLLECT])
    expectExit(result, 0)
    expect(result.stderr).not.toContain('remembered')
    expect(bench.open().prepare('select id, username from users').all()).toEqual([
      { id: userId('star'), username: name },
    ])
  })
})
