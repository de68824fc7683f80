import { attachment } from './media.js'
import type { Payload } from './payload.js'
import type { Studio } from './studio.js'
import { facets } from './post.js'
import { byline, profile } from './profile.js'
import type { Comment, Place } from '../world/index.js'

/** A comment or a reply: a post in a wrapper to the platform, a flat record in the contract. */
export function comment(studio: Studio, place: Place): Payload {
  const told = studio.world.comments.comment(place)
  return studio.form === 'native' ? nativeComment(studio, told) : contractComment(studio, told)
}

function nativeComment(studio: Studio, told: Comment): Payload {
  const { world, signer } = studio
  const replies = replyCount(studio, told)
  return {
    post: {
      id: told.id,
      shared_by: world.people.id(told.author),
      posted_at: told.postedAt,
      text: told.text,
      text_facets: facets(studio, told.mentioned, told.text),
      like_count: told.likes,
      dislike_count: 0,
      view_count: told.views,
      reply_count: replies,
      recursive_reply_count: replies,
      remix_count: 0,
      parent_post_id: parentId(studio, told),
      root_post_id: world.posts.id(told.post),
      tombstoned_at: told.tombstonedAt,
      attachments: told.attachments === 0 ? [] : [attachment(signer, told.id, 0, false)],
      permalink: `https://sora.chatgpt.com/p/${told.id}`,
      user_liked: false,
    },
    profile: profile(studio, told.author),
    reposter_profile: null,
    children: { items: [], cursor: null },
  }
}

function contractComment(studio: Studio, told: Comment): Payload {
  return {
    id: told.id,
    text: told.text,
    posted_by: studio.world.people.id(told.author),
    posted_at: told.postedAt,
    like_count: told.likes,
    ...(told.reply === 0 ? { reply_count: replyCount(studio, told) } : {}),
    ...(told.tombstonedAt === null ? {} : { tombstoned_at: told.tombstonedAt }),
    profile: byline(studio, told.author),
  }
}

/** Threads are two levels deep: nobody answers a reply. */
function replyCount({ world }: Studio, told: Comment): number {
  return told.reply === 0 ? world.comments.repliesTo(told.post, told.rank) : 0
}

function parentId({ world }: Studio, told: Comment): string {
  return told.reply === 0
    ? world.posts.id(told.post)
    : world.comments.id({ post: told.post, rank: told.rank, reply: 0 })
}
