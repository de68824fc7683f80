import { attachment } from './media.js'
import type { Payload } from './payload.js'
import type { Studio } from './studio.js'
import { mentionToken, picture, profile } from './profile.js'
import type { Post } from '../world/index.js'

/** How much of a post is told: its own page names parent and remixes, a listing does not. */
export type Detail = 'listed' | 'alone'

/** `{post, profile, reposter_profile}`: what the platform's listings are made of. */
export function postWrapper(studio: Studio, index: number, detail: Detail = 'listed'): Payload {
  return {
    post: post(studio, index, detail),
    profile: profile(studio, studio.world.posts.author(index)),
    ...(studio.form === 'native' ? { reposter_profile: null } : {}),
  }
}

/** A remix as its list shows it: wrapped by the platform, flat in the contract. */
export function remixItem(studio: Studio, index: number): Payload {
  return studio.form === 'native' ? postWrapper(studio, index) : post(studio, index, 'listed')
}

/** A post without the people around it. */
export function post(studio: Studio, index: number, detail: Detail): Payload {
  const { world } = studio
  const told = world.posts.post(index)
  return {
    id: told.id,
    ...author(studio, told),
    posted_to_public: true,
    posted_at: told.postedAt,
    updated_at: told.updatedAt,
    ...counters(studio, told),
    ...viewer(told),
    source: 'sy',
    text: told.text,
    caption: null,
    cover_photo_url: null,
    preview_image_url: `https://ogimg.chatgpt.com/?postId=${told.id}`,
    attachments: Array.from({ length: told.attachments }, (_, n) =>
      attachment(studio.signer, told.id, n, told.early),
    ),
    ...lineage(studio, told, detail),
    tombstoned_at: null,
    permalink: `https://sora.chatgpt.com/p/${told.id}`,
    text_facets: facets(studio, told.mentioned, told.text),
    cameo_profiles: cameoProfiles(studio, index),
    disabled_cameo_user_ids: null,
    groups: [],
    verifications: [],
    emoji: told.emoji,
    is_featured: told.featured ? true : null,
    ...(told.early ? {} : lateFields),
  }
}

/** Some of the platform's posts name no author; then only the profile beside the post does. */
function author({ world, form }: Studio, told: Post): Payload {
  return form === 'native' && told.index % 19 === 3 ? {} : { shared_by: world.people.id(told.author) }
}

function counters({ world }: Studio, told: Post): Payload {
  return {
    like_count: told.likes,
    dislike_count: told.dislikes,
    view_count: told.views,
    unique_view_count: told.uniqueViews,
    reply_count: world.comments.countUnder(told.index),
    recursive_reply_count: world.comments.threadSize(told.index),
    remix_count: world.remixes.of(told.index).length,
    ...(told.early ? {} : { share_count: Math.floor(told.likes / 9), repost_count: 0 }),
  }
}

function viewer(told: Post): Payload {
  return {
    user_liked: false,
    user_disliked: false,
    ...(told.early ? {} : { has_reposted: false, is_owner: false }),
  }
}

const lateFields = {
  repost_of_post_id: null,
  story_type: null,
  permissions: {
    can_read: true,
    can_write: false,
    can_delete: false,
    can_remix: true,
    share_setting: 'public',
  },
  visibility: null,
  discovery_phrase: null,
  srt_url: null,
  vtt_url: null,
  ranking_session_id: null,
}

function lineage(studio: Studio, told: Post, detail: Detail): Payload {
  const { remixes, posts } = studio.world
  const path = remixes.ancestors(told.index)
  const parent = path.at(-1)
  const alone = detail === 'alone'
  // Two of a post's remixes, as a taste: the platform shows few or none of them here, whatever remix_count
  // says.
  const taste = alone ? [0, 1].slice(0, remixes.of(told.index).length) : []
  return {
    parent_post_id: parent === undefined ? null : posts.id(parent),
    root_post_id: path[0] === undefined ? null : posts.id(path[0]),
    parent_path: path.length === 0 ? null : path.map(ancestor => posts.id(ancestor)),
    parent_post: alone && parent !== undefined ? postWrapper(studio, parent) : null,
    remix_posts: { items: taste.map(n => postWrapper(studio, remixes.of(told.index).at(n))), cursor: null },
    ancestors: { items: [], cursor: null },
  }
}

function cameoProfiles(studio: Studio, index: number): Payload[] | null {
  const people = studio.world.cameos.in(index)
  return people.length === 0 ? null : people.map(user => profile(studio, user))
}

/** Where a text mentions somebody. */
export function facets({ world }: Studio, mentioned: number | null, text: string | null): Payload[] {
  if (mentioned === null || text === null) return []
  const token = mentionToken(world.people.id(mentioned))
  return [
    {
      type: 'mention',
      start: text.indexOf(token),
      end: text.indexOf(token) + token.length,
      user_id: world.people.id(mentioned),
    },
  ]
}

/** The same post for those who only want the file: a reshape that the gateway makes. */
export function downloadInfo(studio: Studio, index: number): Payload {
  const { world, signer } = studio
  const told = world.posts.post(index)
  const person = world.people.person(told.author)
  const file = (name: string): string => signer.sign(`assets/${told.id}/${name}`)
  return {
    post_id: told.id,
    title: told.text,
    video: {
      no_watermark: file('raw.mp4'),
      watermark: file('wm.mp4'),
      width: 352,
      height: 640,
      thumbnail: file('thumb.webp'),
      preview_gif: file('preview.gif'),
      medium_quality: file('md.mp4'),
    },
    author: {
      user_id: person.id,
      username: person.username,
      display_name: person.displayName,
      avatar: picture(studio, person),
    },
    stats: {
      like_count: told.likes,
      view_count: told.views,
      comment_count: world.comments.countUnder(index),
      remix_count: world.remixes.of(index).length,
    },
    permalink: `https://sora.chatgpt.com/p/${told.id}`,
    created_at: told.postedAt,
  }
}
