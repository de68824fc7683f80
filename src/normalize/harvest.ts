import { typeName, type Drift } from '../api/index.js'
import { FieldCensus } from './fields.js'
import type {
  AttachmentRow,
  CommentRow,
  EdgeKind,
  EdgeRow,
  Member,
  MemberKind,
  PostRow,
  Reject,
  UserRow,
} from '../db/schema/rows.js'

/** Everything that one page tells, row by row; the same entity told twice on a page is one row. */
export class Harvest {
  readonly users = new Map<string, UserRow>()
  readonly posts = new Map<string, PostRow>()
  readonly comments = new Map<string, CommentRow>()
  readonly deleted = new Set<string>()
  readonly attachments = new Map<string, AttachmentRow>()
  readonly edges = new Map<string, EdgeRow>()
  readonly members = new Map<string, Member>()
  readonly listed: (Member | undefined)[] = []
  readonly rejects: Reject[] = []
  readonly drift: Drift[] = []
  readonly fields = new FieldCensus()

  tell<R extends { id: string }>(table: 'users' | 'posts' | 'comments' | 'attachments', row: R): void {
    const rows = this[table] as Map<string, { id: string }>
    const known = rows.get(row.id)
    if (known === undefined) rows.set(row.id, row)
    else takeOver(known, row)
    this.deleted.delete(row.id)
  }

  /** A post or comment that was deleted: what the page tells of it elsewhere stays. */
  tellDeleted<R extends { id: string; tombstoned_at?: string | null | undefined }>(
    table: 'posts' | 'comments',
    row: R,
  ): void {
    const rows = this[table] as Map<string, R>
    const known = rows.get(row.id)
    if (known === undefined) {
      rows.set(row.id, row)
      this.deleted.add(row.id)
    } else
      takeOver(known, { ...row, ...valuesOf(known), tombstoned_at: row.tombstoned_at ?? known.tombstoned_at })
  }

  edge(kind: EdgeKind, source_id: string, target_id: string): void {
    this.edges.set(JSON.stringify([kind, source_id, target_id]), { kind, source_id, target_id })
  }

  /** Enters an item that the stream lists; met twice, it counts where it is nearer. */
  member(kind: MemberKind, id: string, hop: number): void {
    const key = `${kind} ${id}`
    const known = this.members.get(key)
    if (known === undefined || hop < known.hop) this.members.set(key, { kind, id, hop })
  }

  /** Enters the item that the next record of the page lists; undefined for a record set aside. */
  list(item: Member | undefined): void {
    this.listed.push(item)
    if (item !== undefined) this.member(item.kind, item.id, item.hop)
  }

  reject(path: string, expected: string, got: unknown, record: unknown): undefined {
    const what = got === '' ? 'an empty string' : typeName(got)
    this.rejects.push({
      reason: `${path}: expected ${expected}, got ${what}`,
      raw: jsonText(record) ?? TOO_DEEP,
    })
    return undefined
  }
}

/**
 * SQLite's JSON functions refuse text that is nested deeper than 1,000 levels, and one such row fails a query
 * over all.
 */
const DEEPEST_JSON = 900
const TOO_DEEP = JSON.stringify('nested too deeply; see the page')

/** JSON of a value as served; undefined for one that is nested too deeply to be read by SQLite. */
export function jsonText(value: unknown): string | undefined {
  return isDeeperThan(DEEPEST_JSON, value) ? undefined : JSON.stringify(value)
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(inner => isDeeperThan(levels - 1, inner))
}

function valuesOf<R extends object>(row: R): Partial<R> {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<R>
}

/** A row is the harvest's own once it has been told: what is told again goes into it. */
function takeOver<R extends object>(known: R, told: R): void {
  for (const name of Object.keys(told) as (keyof R)[]) {
    const value = told[name]
    if (value !== undefined && value !== null) known[name] = value
  }
}
