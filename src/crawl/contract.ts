import type { Page, ParamsOf, ReadRoute } from '../api/index.js'
import type { CounterName, PageRows, Subject, SubjectKind } from '../db/index.js'
import { PageReader } from '../normalize/index.js'

/**
 * How a listing is ordered, and so what can be known without reading all of it. `newest-first` grows at its head;
 * `ranked` can change anywhere; `single` is one answer.
 */
export type Order = 'newest-first' | 'ranked' | 'single'

/** What a crawler file says of its listing; everything else is the engine's. */
export interface CrawlerDefinition<R extends ReadRoute> {
  readonly route: R
  /** The kind of subject whose listing this is. */
  readonly accepts: SubjectKind
  readonly order: Order
  readonly params: (subject: Subject) => Omit<ParamsOf<R>, 'cursor'>
  /** Reads one record as served into rows; what cannot be read is set aside by the reader's verbs. */
  readonly read: (record: unknown, page: PageReader, subject: Subject) => void
  /** Reads what the payload shows beside its records. */
  readonly readRoot?: (root: Record<string, unknown>, page: PageReader, subject: Subject) => void
  /** Counters of the subject: when all that are told are 0 the listing is empty, and no request is sent. */
  readonly emptyWhenZero?: readonly CounterName[]
  /** The cap on the pages of one pass where the user names none. */
  readonly defaultMaxPages?: number
  /** The name under which the order of its records is kept in `rankings`. */
  readonly ranks?: 'feed' | 'leaderboard'
}

/** A crawler: the file's name and what the file defines. */
export interface Crawler {
  readonly name: string
  readonly route: ReadRoute
  readonly accepts: SubjectKind
  readonly order: Order
  readonly params: (subject: Subject) => Record<string, unknown>
  readonly emptyWhenZero: readonly CounterName[]
  readonly defaultMaxPages: number | null
  readonly ranks: 'feed' | 'leaderboard' | null
  /** A page of this crawler's route as rows; pure, so that stored pages can be read again. */
  readonly interpret: (page: Page, subject: Subject) => PageRows
}

/** Makes a crawler out of a definition; a crawler file's default export. */
export function defineCrawler<R extends ReadRoute>(definition: CrawlerDefinition<R>): (name: string) => Crawler {
  return (name) => ({
    name,
    route: definition.route,
    accepts: definition.accepts,
    order: definition.order,
    params: definition.params,
    emptyWhenZero: definition.emptyWhenZero ?? [],
    defaultMaxPages: definition.defaultMaxPages ?? null,
    ranks: definition.ranks ?? null,
    interpret: (page, subject) => {
      const reader = new PageReader()
      for (const record of page.items) definition.read(record, reader, subject)
      if (page.root !== undefined) definition.readRoot?.(page.root, reader, subject)
      return reader.harvest
    },
  })
}
