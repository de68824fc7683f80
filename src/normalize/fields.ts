import { knownFields, steadyFields, type RecordKind } from '../api/index.js'
import type { FieldCount, FieldsTold } from '../db/schema/rows.js'

/** New fields of a page that are named; the others are counted. */
const MOST_NAMED = 100
/** Others are no names of fields, but keys of somebody's data, or an attack. */
const NAME = /^[A-Za-z_][\w-]{0,63}$/
/**
 * Records that say what is usual: a field that may be null needs more of them, since one author's may lack it
 * in a row.
 */
const ENOUGH = { told: 10, nullable: 100 }

/** The names of a record's fields, and what they come to. Records of a page mostly share one. */
interface Shape {
  readonly names: readonly string[]
  /** Paths of fields that nobody has described. */
  readonly added: readonly string[]
  readonly otherAdded: number
  /** Which of the steady fields it has, by their place. */
  readonly steady: readonly number[]
}

interface Tally {
  records: number
  readonly carried: number[]
}

/** By kind of record, by name: the place of a steady field. */
const places = new Map(
  Object.entries(steadyFields).map(([kind, fields]) => [
    kind,
    new Map(fields.flatMap(({ names }, place) => names.map((name): [string, number] => [name, place]))),
  ]),
)

/** Which fields the records of a page have, whatever is in them. */
export class FieldCensus implements FieldsTold {
  readonly added = new Map<string, number>()
  otherAdded = 0
  readonly #shapes = new Map<RecordKind, Shape>()
  readonly #tallies = new Map<RecordKind, Tally>()

  /**
   * Looks at a record.
   * @param isListed whether the page lists it, or shows it beside what it lists as it does for every record
   */
  look(kind: RecordKind, record: object, isListed: boolean): void {
    const shape = this.#shapeOf(kind, record)
    if (shape.added.length > 0 || shape.otherAdded > 0) this.#countAdded(shape)
    if (isListed) this.#tally(kind, shape)
  }

  get listed(): FieldCount[] {
    return [...this.#tallies].flatMap(([kind, { records, carried }]) =>
      steadyFields[kind].map(({ path, isNullable }, place) => ({
        path,
        records,
        carried: carried[place] ?? 0,
        enough: isNullable ? ENOUGH.nullable : ENOUGH.told,
      })),
    )
  }

  #countAdded({ added, otherAdded }: Shape): void {
    this.otherAdded += otherAdded
    for (const path of added) {
      const known = this.added.get(path)
      if (known === undefined && this.added.size >= MOST_NAMED) this.otherAdded += 1
      else this.added.set(path, (known ?? 0) + 1)
    }
  }

  #tally(kind: RecordKind, { steady }: Shape): void {
    let tally = this.#tallies.get(kind)
    if (tally === undefined) {
      tally = { records: 0, carried: steadyFields[kind].map(() => 0) }
      this.#tallies.set(kind, tally)
    }
    tally.records += 1
    for (const place of steady) tally.carried[place] = (tally.carried[place] ?? 0) + 1
  }

  #shapeOf(kind: RecordKind, record: object): Shape {
    const last = this.#shapes.get(kind)
    const names = Object.keys(record)
    if (last !== undefined && isSame(names, last.names)) return last
    const shape = newShape(kind, names)
    this.#shapes.set(kind, shape)
    return shape
  }
}

function newShape(kind: RecordKind, names: readonly string[]): Shape {
  const unknown = names.filter(name => !knownFields[kind].has(name))
  const added = unknown.filter(name => NAME.test(name)).map(name => `${kind}.${name}`)
  const steady = new Set(names.map(name => places.get(kind)?.get(name)).filter(place => place !== undefined))
  return { names, added, otherAdded: unknown.length - added.length, steady: [...steady] }
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, i) => name === others[i])
}
