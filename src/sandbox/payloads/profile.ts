import { Dice } from '../world/chance.js'
import type { Person } from '../world/index.js'
import type { Payload } from './payload.js'
import type { Studio } from './studio.js'

/** A user as a flat profile, in either spelling. */
export function profile(studio: Studio, user: number): Payload {
  const person = studio.world.people.person(user)
  return studio.form === 'native' ? nativeProfile(studio, person) : contractProfile(studio, person)
}

/** The little that the contract tells of a commenter: enough to show, and no id. */
export function byline(studio: Studio, user: number): Payload {
  const person = studio.world.people.person(user)
  return {
    username: person.username,
    display_name: person.displayName,
    profile_picture_url: picture(studio, person),
  }
}

function counters({ world }: Studio, user: number): Payload {
  return {
    follower_count: world.graph.followers(user).length,
    following_count: world.graph.following(user).length,
    post_count: world.posts.countBy(user),
    cameo_count: world.cameos.of(user).length,
  }
}

function likesReceived({ world }: Studio, user: number): number {
  return new Dice(world.seed, 8, user).heavyTail(0.1, 400, 9_000_000)
}

function nativeProfile(studio: Studio, person: Person): Payload {
  const { people } = studio.world
  return {
    user_id: person.id,
    username: person.username,
    display_name: person.displayName,
    description: person.bio,
    profile_picture_url: picture(studio, person),
    cover_photo_url: cover(person),
    verified: person.verified,
    ...counters(studio, person.index),
    likes_received_count: likesReceived(studio, person.index),
    character_count: people.charactersOf(person.index),
    permalink: profileLink(person),
    location: person.location,
    website: person.website,
    work: null,
    schools: [],
    birthday: null,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    banned_at: null,
    can_cameo: person.owner === null,
    can_message: false,
    is_public_figure: person.verified,
    public_figure_name: null,
    plan_type: null,
    is_default_profile_picture: !hasPicture(person),
    verification_info: null,
    social_context: null,
    owner_profile: person.owner === null ? null : nativeProfile(studio, people.person(person.owner)),
    is_following: false,
    is_blocked: false,
    follows_you: false,
    followed_by: [],
  }
}

function contractProfile(studio: Studio, person: Person): Payload {
  return {
    user_id: person.id,
    username: person.username,
    display_name: person.displayName,
    bio: person.bio,
    profile_picture_url: picture(studio, person),
    banner_image_url: cover(person),
    ...counters(studio, person.index),
    like_count: likesReceived(studio, person.index),
    view_count: likesReceived(studio, person.index) * 7,
    is_verified: person.verified,
    created_at: person.createdAt,
    social_links: person.website === null ? null : [{ kind: 'website', url: person.website }],
    owner_profile:
      person.owner === null ? null : contractProfile(studio, studio.world.people.person(person.owner)),
  }
}

/** What `<@…>` stands for in a text. */
export function mentionToken(id: string): string {
  return `<@${id}>`
}

function profileLink(person: Person): string {
  return `https://sora.chatgpt.com/profile/${person.username}`
}

function hasPicture(person: Person): boolean {
  return person.index % 3 !== 2
}

export function picture(studio: Studio, person: Person): string {
  if (!hasPicture(person)) return 'https://cdn.openai.com/sora/images/default-profile.png'
  return studio.signer.sign(`profile/${person.id}/picture.webp`)
}

function cover(person: Person): string | null {
  return person.index % 4 === 1 ? `https://cdn.openai.com/sora/covers/${person.id}.webp` : null
}
