import type { Page, ParamsOf, ReadRoute } from '../api/index.js'
import type {
  CounterName,
  LengthCounter,
  ListedEdge,
  MemberKind,
  PageRows,
  Subject,
  SubjectKind,
} from '../db/index.js'
import { isTombstone, PageReader } from '../normalize/index.js'
import { isAboutAnother, type Ownership } from './about.js'

/**
 * How a listing is ordered, and so what can be known without reading all of it. `newest-first` grows at its
 * head; `ranked` can change anywhere; `single` is one answer.
 */
export type Order = 'newest-first' | 'ranked' | 'single'

/** How counters of the subject spare a listing. */
export interface Gate {
  readonly counters: readonly CounterName[]
  /**
   * `empty`: when they are 0. `unmoved`: also when they are what they were before the last completed pass.
   */
  readonly closedWhen: 'empty' | 'unmoved'
}

/** What a crawler file says of its listing; everything else is the engine's. */
export interface CrawlerDefinition<R extends ReadRoute> {
  readonly route: R
  /** The kind of subject whose listing this is. */
  readonly accepts: SubjectKind
  readonly order: Order
  readonly params: (subject: Subject) => Omit<ParamsOf<R>, 'cursor'>
  /**
   * Reads one record as served into rows; what cannot be read is set aside by the reader's verbs.
   * @returns the id of the item listed
   */
  readonly read: (record: unknown, page: PageReader, subject: Subject) => string | undefined
  /** Reads what the payload shows beside its records. */
  readonly readRoot?: (root: Record<string, unknown>, page: PageReader, subject: Subject) => void
  /** How its records tell whose they are, where they do. */
  readonly owner?: Ownership
  /**
   * Reads a record of an answer about another than the subject: what it tells is stored, and listed for
   * nobody.
   */
  readonly readStray?: (record: unknown, page: PageReader, root: Record<string, unknown> | undefined) => void
  /** What its records are; null where they are the subject itself. */
  readonly lists: MemberKind | null
  /** The counter of the subject that says how many there are. */
  readonly length?: LengthCounter
  /** The relation that a listed item has to the subject. */
  readonly edge?: ListedEdge
  readonly gate?: Gate
  /** The cap on the pages of one pass where the user names none. */
  readonly defaultMaxPages?: number
  /** The name under which the order of its records is kept in `rankings`. */
  readonly ranks?: 'feed' | 'leaderboard'
  /** True if `--recheck` reads it on through young items. */
  readonly recheck?: boolean
}

/** A crawler: the file's name and what the file defines. */
export interface Crawler {
  readonly name: string
  readonly route: ReadRoute
  readonly accepts: SubjectKind
  readonly order: Order
  readonly params: (subject: Subject) => Record<string, unknown>
  readonly lists: MemberKind | null
  readonly length: LengthCounter | null
  readonly edge: ListedEdge | null
  readonly gate: Gate | null
  readonly defaultMaxPages: number | null
  readonly ranks: 'feed' | 'leaderboard' | null
  readonly recheck: boolean
  /** Whether a page answers for another entity than the one that was asked for, as far as it tells; pure. */
  readonly isAboutAnother: (page: Page, subject: Subject) => boolean
  /** What a page about another tells, none of it listed; pure. */
  readonly interpretStray: (page: Page, subject: Subject) => PageRows
  /** A page of this crawler's route as rows; pure, so that stored pages can be read again. */
  readonly interpret: (page: Page, subject: Subject) => PageRows
}

/** Makes a crawler out of a definition; a crawler file's default export. */
export function defineCrawler<R extends ReadRoute>(
  definition: CrawlerDefinition<R>,
): (name: string) => Crawler {
  return name => ({
    name,
    route: definition.route,
    accepts: definition.accepts,
    order: definition.order,
    params: definition.params,
    lists: definition.lists,
    length: definition.length ?? null,
    edge: definition.edge ?? null,
    gate: definition.gate ?? null,
    defaultMaxPages: definition.defaultMaxPages ?? null,
    ranks: definition.ranks ?? null,
    recheck: definition.recheck ?? false,
    isAboutAnother: (page, subject) =>
      definition.owner !== undefined &&
      isAboutAnother(page, subject, definition.owner, definition.order === 'single'),
    interpretStray: (page, subject) => interpretStray(definition, page, subject),
    interpret: (page, subject) => interpret(definition, page, subject),
  })
}

function interpret<R extends ReadRoute>(
  { read, readRoot, edge }: CrawlerDefinition<R>,
  page: Page,
  subject: Subject,
): PageRows {
  const reader = new PageReader()
  reader.harvest.drift.push(...(page.drift ?? []))
  for (const record of page.items) {
    if (isTombstone(record)) {
      reader.harvest.list(undefined)
      continue
    }
    const item = read(record, reader, subject)
    if (item === undefined || edge === undefined) continue
    if (edge.subjectIs === 'source') reader.harvest.edge(edge.kind, subject.id, item)
    else reader.harvest.edge(edge.kind, item, subject.id)
  }
  if (page.root !== undefined) readRoot?.(page.root, reader, subject)
  return reader.harvest
}

function interpretStray<R extends ReadRoute>(
  { readStray, readRoot }: CrawlerDefinition<R>,
  page: Page,
  subject: Subject,
): PageRows {
  const reader = new PageReader()
  for (const record of page.items) if (!isTombstone(record)) readStray?.(record, reader, page.root)
  if (page.root !== undefined) readRoot?.(page.root, reader, subject)
  return reader.harvest
}
