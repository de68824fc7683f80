import type { members } from './streams.js'
import type { attachments, comments, edges, posts, users } from './entities.js'

/** What a page tells of a row: fields that it does not tell are undefined. */
type Told<T> = { [K in keyof T]?: T[K] | undefined }
type Stamps = 'first_seen_at' | 'last_seen_at' | 'unavailable'

export type UserRow = { id: string } & Told<Omit<typeof users.$inferInsert, 'id' | Stamps>>
export type PostRow = { id: string } & Told<Omit<typeof posts.$inferInsert, 'id' | Stamps>>
export type CommentRow = { id: string } & Told<Omit<typeof comments.$inferInsert, 'id' | Stamps>>
export type AttachmentRow = { id: string; post_id: string; position: number } & Told<
  Omit<typeof attachments.$inferInsert, 'id' | 'post_id' | 'position'>
>
export type EdgeKind = (typeof edges.$inferInsert)['kind']
export interface EdgeRow {
  readonly kind: EdgeKind
  readonly source_id: string
  readonly target_id: string
}
export type MemberKind = (typeof members.$inferInsert)['kind']

/** An item that a stream lists, or a user met on one; `hop` is how much deeper than the stream it is. */
export interface Member {
  readonly kind: MemberKind
  readonly id: string
  readonly hop: number
}

/** A record set aside. */
export interface Reject {
  readonly reason: string
  /** The record as served, as JSON. */
  readonly raw: string
}

/** A field that came with another type than the one read. */
export interface DriftNote {
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** How a field that records of a listing should carry fared on a page. */
export interface FieldCount {
  readonly path: string
  /** Records of its kind that the page lists, and those among them that carry it. */
  readonly records: number
  readonly carried: number
  /** Records that must have carried it before it is expected, and that must lack it before it is missed. */
  readonly enough: number
}

/** Which fields the records of a page have, whatever is in them. */
export interface FieldsTold {
  /** Fields that nobody has described, by path, with the records that have them. */
  readonly added: ReadonlyMap<string, number>
  /** How often there were others, too many or too odd to name. */
  readonly otherAdded: number
  /** Empty where the page lists nothing. */
  readonly listed: readonly FieldCount[]
}

/** Everything that one page tells. Each map holds an entity once. */
export interface PageRows {
  readonly users: ReadonlyMap<string, UserRow>
  readonly posts: ReadonlyMap<string, PostRow>
  readonly comments: ReadonlyMap<string, CommentRow>
  /**
   * Posts and comments of which the page shows only that they were deleted, or how they were: their rows
   * replace nothing that is known.
   */
  readonly deleted: ReadonlySet<string>
  readonly attachments: ReadonlyMap<string, AttachmentRow>
  readonly edges: ReadonlyMap<string, EdgeRow>
  readonly members: ReadonlyMap<string, Member>
  /** What the records list, in the order of the page; undefined where one was set aside. */
  readonly listed: readonly (Member | undefined)[]
  readonly rejects: readonly Reject[]
  readonly drift: readonly DriftNote[]
  readonly fields: FieldsTold
}

/** A page that tells nothing. */
export const NO_ROWS: PageRows = {
  users: new Map(),
  posts: new Map(),
  comments: new Map(),
  deleted: new Set(),
  attachments: new Map(),
  edges: new Map(),
  members: new Map(),
  listed: [],
  rejects: [],
  drift: [],
  fields: { added: new Map(), otherAdded: 0, listed: [] },
}
