/**
 * What happens to a document on its way: changes of its tree, each a few whole numbers, so that a failing one
 * shrinks to the smallest.
 */
import * as fc from 'fast-check'

import { hostile, HOSTILE_KEYS, HOSTILE_VALUES, keyed, verbatim, type Json } from './hostile.js'

export interface Mutation {
  /** Which change. */
  readonly op: number
  /** Where: the number of a node of the tree. */
  readonly at: number
  /** What: the number of a value, a key, or another node. */
  readonly what: number
}

const FAR = 1_000_000

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  op: fc.nat(31),
  at: fc.nat(FAR),
  what: fc.nat(FAR),
})

/** A place in the tree: a key of an object or an index of a list. */
interface Node {
  readonly parent: { [key: string]: Json } | Json[]
  readonly key: string | number
}

const MOST_NODES = 4_000

function nodesOf(document: Json): Node[] {
  const nodes: Node[] = []
  const queue: Json[] = [document]
  for (let next = 0; next < queue.length && nodes.length < MOST_NODES; next += 1) {
    const parent = queue[next] as { [key: string]: Json } | Json[]
    const keys = Array.isArray(parent) ? parent.keys() : Object.keys(parent)
    for (const key of keys) {
      nodes.push({ parent, key })
      const value = get({ parent, key })
      if (typeof value === 'object' && value !== null) queue.push(value)
    }
  }
  return nodes
}

const get = ({ parent, key }: Node): Json => (parent as { [key: string | number]: Json })[key] as Json

function put(parent: Node['parent'], key: string | number, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true })
}

function remove({ parent, key }: Node): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[String(key)]
}

const copy = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json

/** Fields on which much depends are hit more often than their number would have it. */
const VITAL =
  /^(id|user_id|post|profile|items|children|data|cursor|has_more|shared_by|posted_by|.*_at|.*_count|attachments|encodings|cameo_profiles|parent_post.*|root_post_id|remix_posts|ancestors|owner_profile|token|code|error)$/

type Change = (node: Node, what: number, nodes: readonly Node[], document: Json) => void

const setHostile: Change = ({ parent, key }, what) => put(parent, key, hostile(what))

const CHANGES: readonly Change[] = [
  node => remove(node),
  setHostile,
  // A field under another field's name, or one that means something to JavaScript.
  (node, what, nodes) => {
    const value = get(node)
    const other = nodes[what % nodes.length] as Node
    if (Array.isArray(node.parent)) return
    remove(node)
    put(
      node.parent,
      what % 3 === 0 ? (HOSTILE_KEYS[what % HOSTILE_KEYS.length] as string) : String(other.key),
      value,
    )
  },
  // The same record twice, at once or later.
  ({ parent, key }, what) => {
    if (Array.isArray(parent))
      parent.splice(what % 2 === 0 ? Number(key) : parent.length, 0, copy(parent[Number(key)] as Json))
    else put(parent, `${key}_too`, copy(parent[key] as Json))
  },
  // Two subtrees change places; where one holds the other, the inner one is a copy.
  (node, what, nodes) => {
    const other = nodes[what % nodes.length] as Node
    const [mine, theirs] = [copy(get(node)), copy(get(other))]
    put(node.parent, node.key, theirs)
    put(other.parent, other.key, mine)
  },
  // A subtree from elsewhere.
  (node, what, nodes) => put(node.parent, node.key, copy(get(nodes[what % nodes.length] as Node))),
  // Another container around it.
  ({ parent, key }, what) => {
    const value = (parent as { [key: string | number]: Json })[key] as Json
    const around: Json[] = [
      [value],
      { items: value },
      { post: value },
      { profile: value },
      { data: value },
      { items: [value], cursor: null },
      [[value]],
      keyed([['__proto__', value]]),
    ]
    put(parent, key, around[what % around.length] as Json)
  },
  // One container less.
  node => {
    const value = get(node)
    if (typeof value === 'object' && value !== null)
      put(node.parent, node.key, Object.values(value)[0] ?? null)
  },
  // A list for an object and the other way round.
  node => {
    const value = get(node)
    if (Array.isArray(value))
      put(node.parent, node.key, Object.fromEntries(value.map((entry, index) => [String(index), entry])))
    else if (typeof value === 'object' && value !== null) put(node.parent, node.key, Object.values(value))
  },
  // JSON inside a string; a number as text; text as a list of letters.
  (node, what) => {
    const value = get(node)
    put(
      node.parent,
      node.key,
      typeof value === 'string' && what % 2 === 0 ? [...value].slice(0, 50) : JSON.stringify(value),
    )
  },
  // Foreign keys among the known ones.
  ({ parent }, what) => {
    if (Array.isArray(parent)) parent.push(hostile(what))
    else
      put(
        parent,
        HOSTILE_KEYS[what % HOSTILE_KEYS.length] as string,
        hostile(Math.floor(what / HOSTILE_KEYS.length)),
      )
  },
  // A field at fault in every record.
  (node, what, nodes) => {
    for (const other of nodes)
      if (other.key === node.key && typeof node.key === 'string') put(other.parent, other.key, hostile(what))
  },
  node => {
    const value = get(node)
    if (Array.isArray(value)) value.reverse()
    else if (typeof value === 'string') put(node.parent, node.key, [...value].toReversed().join(''))
    else if (typeof value === 'number')
      put(node.parent, node.key, verbatim(`${value}e${value < 0 ? 309 : 15}`))
  },
]

/**
 * The records of an answer, where they can be found: most changes are made there, for an answer that is none
 * is one case and not many.
 */
function recordsOf(document: Json): Json {
  const data = child(document, 'data') ?? document
  const records = child(child(data, 'children') ?? data, 'items') ?? data
  return typeof records === 'object' ? records : document
}

function child(value: Json, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value[key] ?? undefined)
    : undefined
}

/** The document after a change; the same tree, changed in place. */
export function mutate(document: Json, { op, at, what }: Mutation): void {
  const nodes = nodesOf(at % 12 === 11 ? document : recordsOf(document))
  if (nodes.length === 0) return
  const vital = op % 3 === 0 ? nodes.filter(({ key }) => VITAL.test(String(key))) : nodes
  const choice = vital.length === 0 ? nodes : vital
  const node = choice[at % choice.length] as Node
  // The plainest change, and the one with the most to choose from, is a value put in another's place.
  const change = CHANGES[op % 16] ?? setHostile
  change(node, what % (change === setHostile ? HOSTILE_VALUES : FAR), nodes, document)
}
