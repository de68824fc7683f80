/** Reads single records as crawlers do, and hands out what became of them. */
import { PageReader } from '../../../src/normalize/index.js'
import type { CommentRow, PostRow, UserRow } from '../../../src/db/index.js'
import type { Harvest } from '../../../src/normalize/harvest.js'

/** What a reader made of the records that a test gave it. */
export function harvestOf(read: (page: PageReader) => void): Harvest {
  const page = new PageReader()
  read(page)
  return page.harvest
}

/** A post's record, listed. */
export const listed = (record: unknown): Harvest => harvestOf(page => page.listPost(record))
/** A profile's record, stored. */
export const profile = (record: unknown): Harvest => harvestOf(page => page.storeUser(record))
/** A first-level comment's record, listed under a post. */
export const comment = (record: unknown): Harvest =>
  harvestOf(page => page.listComment(record, { postId: 's_root', parentId: null }))

export function post(harvest: Harvest, id = 's_1'): PostRow {
  return got(harvest.posts.get(id), `post ${id}`)
}

export function user(harvest: Harvest, id = 'user-a'): UserRow {
  return got(harvest.users.get(id), `user ${id}`)
}

export function commentRow(harvest: Harvest, id = 'c1'): CommentRow {
  return got(harvest.comments.get(id), `comment ${id}`)
}

/** Members as `kind id +hop`, sorted. */
export function members(harvest: Harvest): string[] {
  return [...harvest.members.values()].map(({ kind, id, hop }) => `${kind} ${id} +${hop}`).toSorted()
}

/** Edges as `kind source target`, sorted. */
export function edges(harvest: Harvest): string[] {
  return [...harvest.edges.values()]
    .map(({ kind, source_id, target_id }) => `${kind} ${source_id} ${target_id}`)
    .toSorted()
}

/** A row without the fields that nobody told: null says as little as nothing. */
export function told(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null))
}

export function got<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`)
  return value
}
