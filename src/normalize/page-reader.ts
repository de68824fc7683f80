import { isObject, readId } from '../api/index.js'
import { readComment, type Place } from './comments.js'
import { Harvest } from './harvest.js'
import { isNobodysProfile, readProfile } from './people.js'
import { itemsOf, readPost } from './posts.js'

/**
 * What a crawler uses to say what a record of its listing is. `list…` stores the record and enters it as
 * listed, which gives it scope; `store…` only stores. A record whose id cannot be read is set aside, and the
 * verb returns undefined.
 */
export class PageReader {
  readonly harvest = new Harvest()

  /**
   * A post that the stream lists, `hop` deeper than the stream; the people shown on it are one hop further.
   */
  listPost(record: unknown, hop = 0): string | undefined {
    const post = readPost(this.harvest, record)
    this.harvest.list(post && { kind: 'post', id: post.id, hop })
    if (post === undefined) return this.#rejectPost('post.id', record)
    this.#meet(post.people, hop + 1)
    return post.id
  }

  /** A user that the stream lists: one hop deeper than the stream. */
  listUser(record: unknown, id?: string): string | undefined {
    const userId = this.storeUser(record, id)
    this.harvest.list(userId === undefined ? undefined : { kind: 'user', id: userId, hop: 1 })
    return userId
  }

  /** A comment (or, of a reply's listing, a reply) that the stream lists; its author is one hop deeper. */
  listComment(record: unknown, place: Place): string | undefined {
    const comment = readComment(this.harvest, record, place)
    this.harvest.list(
      comment && { kind: place.parentId === null ? 'comment' : 'reply', id: comment.id, hop: 0 },
    )
    if (comment === undefined) return this.#rejectPost('comment.id', record)
    this.#meet(comment.people, 1)
    return comment.id
  }

  storeUser(record: unknown, id?: string): string | undefined {
    const profile = isObject(record) && isObject(record['profile']) ? record['profile'] : record
    // That a listing has a place for somebody who is not shown is no fault, and tells of nobody.
    if (isNobodysProfile(profile, id)) return undefined
    const told = isObject(profile) ? profile['user_id'] : undefined
    if (profile !== record && isObject(record)) this.harvest.fields.look('item', record, true)
    const userId =
      told === undefined || told === null || readId(told) !== undefined
        ? readProfile(this.harvest, profile, id, { isListed: true })
        : undefined
    return userId ?? this.#reject('profile.user_id', profile, told, record)
  }

  /** A post beside the records, such as the root of a comment tree; a record without a post is no fault. */
  storePost(record: unknown): void {
    readPost(this.harvest, record, 1)
  }

  storeComment(record: unknown, place: Place): void {
    readComment(this.harvest, record, place, 1)
  }

  /**
   * A comment of another listing than the one that was asked for: its place is what it tells of it, or what
   * the payload shows beside it.
   */
  storeStrayComment(record: unknown, shownPost?: string): void {
    const comment = isObject(record) && isObject(record['post']) ? record['post'] : record
    if (!isObject(comment)) return
    const post = readId(comment['root_post_id']) ?? shownPost
    const parent = readId(comment['parent_post_id'])
    // One whose post is not told would be taken for a first-level comment of nothing.
    if (post !== undefined)
      this.storeComment(record, {
        postId: post,
        parentId: parent === undefined || parent === post ? null : parent,
      })
  }

  /** The comments that a post's detail embeds. */
  storeComments(children: unknown, place: Place): void {
    if (isObject(children) || Array.isArray(children))
      for (const record of itemsOf(children)) this.storeComment(record, place)
  }

  #meet(users: readonly string[], hop: number): void {
    for (const id of users) this.harvest.member('user', id, hop)
  }

  #rejectPost(path: string, record: unknown): undefined {
    const post = isObject(record) && 'post' in record && !('id' in record) ? record['post'] : record
    return this.#reject(path, post, isObject(post) ? post['id'] : undefined, record)
  }

  #reject(path: string, holder: unknown, id: unknown, record: unknown): undefined {
    if (!isObject(holder)) return this.harvest.reject(path.replace(/\..*/, ''), 'an object', holder, record)
    return this.harvest.reject(path, 'an id', id, record)
  }
}
