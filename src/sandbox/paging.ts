import type { Payload } from './payloads/payload.js'
import { Refusal } from './refusal.js'
import type { Listing } from './world/index.js'

/** How a listing's places are written into cursors and read back. */
export interface Pager {
  readonly listing: Listing
  /** The fields that name the place behind the first `position` items. */
  write(position: number): Payload
  /** The place that such fields name; undefined when they are not of this listing. */
  read(fields: Payload): number | undefined
}

/** One page: items of the listing, and the cursor of the next page. */
export interface Page {
  readonly items: number[]
  readonly cursor: string | null
}

/** What an anchored cursor says. */
export interface Anchor {
  /** Fields that are the same on every page; a cursor with others belongs to another listing. */
  readonly fixed: Payload
  /** The field that names the last item seen, */
  readonly field: string
  readonly nameOf: (item: number) => string
  readonly itemOf: (name: string) => number | undefined
  /** and what else is told of it. */
  readonly extra?: (item: number) => Payload
}

/** An empty page may be followed by another one, never by a third. */
const EMPTY_IN_A_ROW = 2

/** Cursors that name the last item seen: they stay right when the listing grows at its head. */
export function anchored(listing: Listing, anchor: Anchor): Pager {
  return {
    listing,
    write: position => {
      if (position === 0) return { ...anchor.fixed, [anchor.field]: null }
      const last = listing.at(position - 1)
      return { ...anchor.fixed, ...anchor.extra?.(last), [anchor.field]: anchor.nameOf(last) }
    },
    read: fields => {
      const name = fields[anchor.field]
      if (!agrees(fields, anchor.fixed)) return undefined
      if (name === null) return 0
      const item = typeof name === 'string' ? anchor.itemOf(name) : undefined
      const position = item === undefined ? undefined : listing.positionOf(item)
      return position === undefined ? undefined : position + 1
    },
  }
}

/** Cursors that count, as the feed's do. */
export function counted(listing: Listing, fixed: Payload): Pager {
  return {
    listing,
    write: offset => ({ ...fixed, offset }),
    read: fields => {
      const { offset } = fields
      const known = agrees(fields, fixed) && typeof offset === 'number' && Number.isInteger(offset)
      return known && offset >= 0 && offset <= listing.length ? offset : undefined
    },
  }
}

/** The page at a cursor. An `empty` page holds nothing and yet leads on, as the platform's sometimes do. */
export function pageAt(pager: Pager, cursor: string, size: number, empty: boolean): Page {
  const fields: Payload = cursor === '' ? {} : decode(cursor)
  const start = cursor === '' ? 0 : pager.read(fields)
  if (start === undefined) throw new Refusal(400, 'Invalid cursor.')
  const held = typeof fields.held === 'number' ? fields.held : 0
  if (empty && held < EMPTY_IN_A_ROW && start < pager.listing.length) {
    return { items: [], cursor: encode({ ...pager.write(start), held: held + 1 }) }
  }
  const end = Math.min(start + size, pager.listing.length)
  const items = Array.from({ length: Math.max(0, end - start) }, (_, n) => pager.listing.at(start + n))
  return { items, cursor: end < pager.listing.length ? encode(pager.write(end)) : null }
}

function agrees(fields: Payload, fixed: Payload): boolean {
  return Object.entries(fixed).every(([name, value]) => fields[name] === value)
}

function encode(fields: Payload): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64')
}

function decode(cursor: string): Payload {
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString())
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { ...fields }
  } catch {
    // Not one of ours: refused below, like a cursor of another listing.
  }
  throw new Refusal(400, 'Invalid cursor.')
}
