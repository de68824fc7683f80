import {
  describeTable,
  dictionary,
  privacyOf,
  type ColumnDescription,
  type CopiedPart,
  type Since,
  type Snapshot,
  type TableDescription,
} from '../db/index.js'
import { AppError } from '../errors.js'
import type { Column, ColumnType, Dataset, Reference } from './contract.js'
import { perhaps } from '../nearest.js'

/** What the schema does not say of a table or view that can be exported. */
interface Facts {
  /** For views, which have no key: the columns that name a row. */
  readonly key?: readonly string[]
  readonly references?: readonly Reference[]
  /** By what `--since` goes; null where there is nothing to go by. */
  readonly since: Omit<Since, 'from'> | null
  /** The time by which `--partition month` goes; null where rows have none. */
  readonly monthOf: string | null
}

const by = (...columns: string[]): Facts['since'] => ({ columns, through: null })
const through = (column: string, table: string, ...columns: string[]): Facts['since'] => ({
  columns,
  through: { column, table, key: 'id' },
})
const refers = (column: string, dataset: string): Reference => ({ column, dataset, key: 'id' })

const TABLES: Readonly<Record<string, Facts>> = {
  users: { since: by('last_seen_at'), monthOf: 'first_seen_at' },
  posts: { since: by('last_seen_at'), monthOf: 'posted_at', references: [refers('user_id', 'users')] },
  attachments: {
    since: through('post_id', 'posts', 'last_seen_at'),
    monthOf: null,
    references: [refers('post_id', 'posts')],
  },
  comments: {
    since: by('last_seen_at'),
    monthOf: 'posted_at',
    references: [refers('post_id', 'posts'), refers('user_id', 'users')],
  },
  edges: { since: by('last_seen_at', 'gone_at'), monthOf: 'first_seen_at' },
  rankings: { since: by('observed_at'), monthOf: 'observed_at' },
  post_metrics: {
    since: by('observed_at'),
    monthOf: 'observed_at',
    references: [refers('post_id', 'posts')],
  },
  user_metrics: {
    since: by('observed_at'),
    monthOf: 'observed_at',
    references: [refers('user_id', 'users')],
  },
  usernames: {
    since: by('last_seen_at'),
    monthOf: 'first_seen_at',
    references: [refers('user_id', 'users')],
  },
}

const ON_REQUEST: Readonly<Record<string, Facts>> = {
  rejects: { since: by('rejected_at'), monthOf: 'rejected_at' },
  runs: { since: by('started_at', 'finished_at'), monthOf: null },
  requests: { since: by('reserved_at', 'settled_at'), monthOf: 'reserved_at' },
  v_posts: { key: ['id'], since: through('id', 'posts', 'last_seen_at'), monthOf: 'posted_at' },
  v_comment_threads: { key: ['id'], since: through('id', 'comments', 'last_seen_at'), monthOf: 'posted_at' },
  v_remix_trees: {
    key: ['post_id', 'parent_post_id'],
    since: through('post_id', 'posts', 'last_seen_at'),
    monthOf: 'posted_at',
  },
  v_creators: { key: ['user_id'], since: through('user_id', 'users', 'last_seen_at'), monthOf: null },
  v_follow_graph: {
    key: ['follower_id', 'followed_id'],
    since: by('first_seen_at'),
    monthOf: 'first_seen_at',
  },
  v_post_growth: { key: ['post_id', 'observed_at'], since: by('observed_at'), monthOf: 'observed_at' },
  v_cameo_network: { key: ['user_id', 'with_user_id'], since: null, monthOf: null },
}

const FACTS = { ...TABLES, ...ON_REQUEST }

/** The tables that are exported where none is named. */
export const defaultTables = Object.keys(TABLES)
/** All tables and views that can be named. */
export const exportable = Object.keys(FACTS)

const BOOLEANS = new Set(['is_verified', 'is_featured', 'mutual'])
const JSON_TEXTS = new Set(['social_links', 'options', 'raw'])

/** @throws AppError `bad-usage` for a name that is none */
export function findDataset(name: string): Dataset {
  const facts = FACTS[name]
  const table = facts === undefined ? undefined : describeTable(name)
  if (facts === undefined || table === undefined)
    throw new AppError(
      'bad-usage',
      `--tables: "${name}" cannot be exported; there are ${exportable.join(', ')}${perhaps(name, exportable)}`,
    )
  return {
    name,
    kind: table.kind,
    about: table.about,
    columns: table.columns.map(columnOf),
    key: keyOf(table, facts),
    references: facts.references ?? [],
  }
}

/** A query of the user's own as a dataset; what its columns are is not known beforehand. */
export function queryDataset(snapshot: Snapshot, name: string, sql: string): Dataset {
  const columns = distinct(snapshot.queryColumns(sql)).map(column => ({
    name: column,
    type: 'any' as const,
    required: false,
    choices: null,
    about: '',
  }))
  return { name, kind: 'query', about: `The answer to: ${sql.trim()}`, columns, key: [], references: [] }
}

/** @throws AppError `bad-usage` for a dataset that has no time to go by */
export function sinceOf(dataset: Dataset, from: string): Since {
  const since = FACTS[dataset.name]?.since
  if (dataset.kind === 'query' || since === null || since === undefined)
    throw new AppError(
      'bad-usage',
      `--since: ${dataset.name} has no time to go by; leave it out, or ask with --sql`,
    )
  return { ...since, from }
}

/**
 * What an export of datasets reads, also to know what is new: their tables and views, and the table by which
 * a row's time is found.
 */
export function needsOf(datasets: readonly Dataset[]): CopiedPart {
  const read = datasets.flatMap(({ name }) => [name, FACTS[name]?.since?.through?.table ?? name])
  return { read: [...new Set(read)], indexed: datasets.some(({ kind }) => kind === 'view') }
}

/** The time column by whose months a dataset is split; null where it is left whole. */
export function monthColumnOf(dataset: Dataset): string | null {
  return dataset.kind === 'query' ? null : (FACTS[dataset.name]?.monthOf ?? null)
}

/** In words, the columns by which `--since` goes. */
export function sinceText(dataset: Dataset): string {
  const since = FACTS[dataset.name]?.since
  if (dataset.kind === 'query' || since === null || since === undefined) return ''
  return since.columns
    .map(column => (since.through === null ? column : `${since.through.table}.${column}`))
    .join(' or ')
}

function keyOf({ key }: TableDescription, facts: Facts): readonly string[] {
  return facts.key ?? key
}

function columnOf(column: ColumnDescription): Column {
  const { name, required, choices, about } = column
  return { name, type: typeOf(column), required, choices, about }
}

function typeOf({ name, storage }: ColumnDescription): ColumnType {
  if (BOOLEANS.has(name)) return 'boolean'
  if (JSON_TEXTS.has(name)) return 'json'
  if (storage === 'text') return name.endsWith('_at') ? 'time' : 'text'
  return storage === 'integer' ? 'integer' : 'number'
}

/** Without the columns of which a pseudonymized export may tell nothing. */
export function withoutDropped(dataset: Dataset): Dataset {
  return {
    ...dataset,
    columns: dataset.columns.filter(({ name }) => privacyOf(dataset.name, name) !== 'drop'),
  }
}

/**
 * A query as it may be described under pseudonyms: its own words can name somebody, and so can a column that
 * has no name but those.
 * @param text what replaces names in a text
 */
export function withoutNames(dataset: Dataset, text: (text: string) => string): Dataset {
  const own = new Set([...dictionary.values()].flatMap(({ columns }) => Object.keys(columns)))
  const names = distinct(dataset.columns.map(({ name }) => (own.has(name) ? name : text(name))))
  return {
    ...dataset,
    about: 'The answer to a query.',
    columns: dataset.columns.map((column, i) => ({ ...column, name: names[i] ?? '' })),
  }
}

/** Names of which none is there twice, whatever the case. */
function distinct(names: readonly string[]): string[] {
  const used = new Set<string>()
  return names.map(name => {
    let own = name
    for (let n = 2; used.has(own.toLowerCase()); n += 1) own = `${name}_${n}`
    used.add(own.toLowerCase())
    return own
  })
}
