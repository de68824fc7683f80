import type { LengthCounter, SubjectKind } from './port.js'
import type { MemberKind } from './schema/index.js'

/**
 * How a kind of listing is measured, as its crawler declares: the only place that knows which counter counts
 * what.
 */
export interface ListingMeasure {
  readonly stream: string
  readonly accepts: SubjectKind
  readonly lists: MemberKind | null
  readonly length: LengthCounter | null
  /** Whether each pass reads the whole listing, but for a cap. */
  readonly readWhole: boolean
}

const TABLES: Partial<Record<SubjectKind, string>> = { user: 'users', post: 'posts', comment: 'comments' }

/**
 * The table in which the subjects of a listing have their counters; undefined for those that have no row,
 * such as a feed.
 */
export function subjectTable(accepts: SubjectKind): string | undefined {
  return TABLES[accepts]
}

/**
 * How many items the platform counts, in SQL; NULL where no counter says it. @param id the subject, in SQL
 */
export function toldSql({ accepts, length }: Pick<ListingMeasure, 'accepts' | 'length'>, id: string): string {
  const table = subjectTable(accepts)
  return length === null || table === undefined ? 'NULL' : `(SELECT ${length} FROM ${table} WHERE id = ${id})`
}

/** The same for a row `k` of `checkpoints`, whatever it lists. */
export function toldByStream(measures: readonly ListingMeasure[]): string {
  const counted = measures.filter(measure => toldSql(measure, '') !== 'NULL')
  return byStream(counted.map(measure => [measure.stream, toldSql(measure, 'k.subject_id')]))
}

/** What a row `k` of `checkpoints` lists: a kind of `members`, NULL for a listing of nothing. */
export function kindByStream(measures: readonly ListingMeasure[]): string {
  return byStream(
    measures.flatMap(({ stream, lists }) => (lists === null ? [] : [[stream, `'${lists}'`] as const])),
  )
}

function byStream(cases: readonly (readonly [stream: string, sql: string])[]): string {
  if (cases.length === 0) return 'NULL'
  return `CASE k.stream${cases.map(([stream, sql]) => `\n        WHEN '${stream}' THEN ${sql}`).join('')} END`
}
