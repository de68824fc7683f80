/**
 * A small world with one person who wants to be forgotten, and the same world in which that person has never
 * been.
 */
import type { World } from './model.js'
import { story, userId, type Plan } from './story.js'

/** Whoever is forgotten: every word here can be told from everything else in the world. */
export const LEAVER = 'zoltan.k7'
export const FORMER = 'zolt_before9'
export const LEAVER_ID = userId('leaver')
const WORDS = {
  display: 'Zoltán Quörk “Z”',
  bio: 'bio-of-the-leaver lives by the sea \u{1F30A}',
  posts: ['first-words-of-the-leaver', 'second “wörds” of-the-leaver', 'third-words-of-the-leaver'],
  comments: ['comment-by-the-leaver', 'reply-by-the-leaver'],
  underTheirs: ['comment-under-the-leaver', 'reply-under-the-leaver', 'reply-to-the-leaver'],
}

/** Texts that must not be found anywhere once the person has been forgotten. */
export const NEEDLES: readonly string[] = [
  LEAVER_ID,
  LEAVER,
  FORMER,
  WORDS.display,
  WORDS.bio,
  ...WORDS.posts,
  ...WORDS.comments,
  ...WORDS.underTheirs,
]

const OTHERS = ['ann', 'ben', 'cleo', 'dora', 'emil', 'zoltan']
/** What others wrote of them, and what is to be left of it. */
const REMARKS: readonly (readonly [said: string, left: string])[] = [
  [
    `thanks @${LEAVER}, see https://sora.chatgpt.com/profile/${LEAVER}?x=1 and <@${LEAVER_ID}>.`,
    'thanks @[forgotten], see https://sora.chatgpt.com/profile/[forgotten]?x=1 and <@[forgotten]>.',
  ],
  [
    `was @${FORMER.toUpperCase()} or ${FORMER}; zoltan and zoltan.k are others`,
    'was @[forgotten] or [forgotten]; zoltan and zoltan.k are others',
  ],
]

export interface DepartedWorld {
  world: World
  /** From now on the person has another handle. */
  rename: () => void
}

/** The world with the person in it. */
export function departedWorld(): DepartedWorld {
  const world = story(planOf(true))
  const leaver = world.users.get(LEAVER_ID)
  if (leaver === undefined) throw new Error('the leaver is not there')
  leaver.username = FORMER
  return {
    world,
    rename: () => {
      leaver.username = LEAVER
    },
  }
}

/** The same world, had the person never been there. */
export function worldWithout(): World {
  return story(planOf(false))
}

function planOf(isThere: boolean): Plan {
  const when = <T>(...things: T[]): T[] => (isThere ? things : [])
  const say = (index: number): string => REMARKS[index]?.[isThere ? 0 : 1] ?? ''
  const [post1, post2, post3] = WORDS.posts
  return {
    users: [
      ...OTHERS.map(name => ({ name, bio: name === 'ben' ? say(1) : null })),
      { name: 'pet', ...(isThere ? { ownedBy: 'leaver' } : {}) },
      ...when({
        name: 'leaver',
        username: LEAVER,
        display_name: WORDS.display,
        bio: WORDS.bio,
        profile_picture_url: `https://cdn.openai.com/avatars/${LEAVER_ID}.webp`,
        social_links: { website: 'https://leaver.example.org' },
      }),
    ],
    posts: [
      {
        name: 'kite',
        by: 'ann',
        text: say(0),
        with: ['ben', ...when('leaver'), 'cleo'],
        embeds: { parent: true, remixes: 'items', ancestors: 'items' },
      },
      { name: 'pier', by: 'ben' },
      ...when(
        { name: 'l1', text: post1 ?? '', by: 'leaver', with: ['dora', 'ann'] },
        { name: 'l2', text: post2 ?? '', by: 'leaver', remixOf: 'kite' },
        { name: 'l3', text: post3 ?? '', by: 'leaver', authorBy: 'profile' as const },
      ),
      {
        name: 'remix',
        by: 'cleo',
        embeds: { parent: true, remixes: 'list', ancestors: 'items' },
        ...(isThere ? { remixOf: 'l1' } : {}),
      },
      {
        name: 'remix2',
        by: 'emil',
        remixOf: 'kite',
        embeds: { parent: true, remixes: 'empty', ancestors: 'items' },
      },
    ],
    comments: [
      { name: 'c1', by: 'ben', on: 'kite', text: say(1) },
      { name: 'c2', by: 'cleo', on: 'kite' },
      { name: 'c3', by: 'emil', on: 'kite', under: 'c2' },
      ...when(
        { name: 'k1', by: 'leaver', on: 'kite', text: WORDS.comments[0] ?? '' },
        { name: 'k2', by: 'leaver', on: 'kite', under: 'c2', text: WORDS.comments[1] ?? '' },
        { name: 'k3', by: 'dora', on: 'kite', under: 'k1', text: WORDS.underTheirs[2] ?? '' },
        { name: 'u1', by: 'dora', on: 'l1', text: WORDS.underTheirs[0] ?? '' },
        { name: 'u2', by: 'emil', on: 'l1', under: 'u1', text: WORDS.underTheirs[1] ?? '' },
      ),
    ],
    follows: [
      ['ann', 'ben'],
      ...when<[string, string]>(['ann', 'leaver'], ['leaver', 'ben']),
      ['cleo', 'ben'],
      ['dora', 'ben'],
      ...when<[string, string]>(['leaver', 'ann'], ['dora', 'leaver']),
      ['emil', 'ann'],
      ['zoltan', 'ann'],
      ['ben', 'dora'],
    ],
    feed: ['kite', ...when('l2'), 'remix', 'pier', ...when('l3'), 'remix2'],
    leaderboard: ['ann', ...when('leaver'), 'ben', 'cleo', 'dora', 'pet', 'emil', 'zoltan'],
  }
}
