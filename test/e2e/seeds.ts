import { mustGet, type World } from '../support/world/model.js'

/** One seed of every form of the grammar, all answering. */
export function everySeed(world: World): string[] {
  const users = [...world.users.values()].filter(user => user.state === 'open')
  const posts = [...world.posts.values()].filter(post => post.state === 'open')
  const people = users.filter(user => user.id.startsWith('user-'))
  const [first, second, third] = people.map(user => user.username) as [string, string, string]
  const character = mustGet(new Map(users.map(user => [user.id.slice(0, 3), user])), 'ch_')
  return [
    'feed',
    'leaderboard',
    'search:sam',
    people.at(-1)?.id ?? '',
    character.id,
    `@${first}`,
    `search:${second}`,
    `@${second}`,
    `https://sora.chatgpt.com/profile/${third}`,
    posts[0]?.id ?? '',
    `https://sora.chatgpt.com/p/${posts[1]?.id}?psh=1#top`,
  ]
}
