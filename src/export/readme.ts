import type { Provenance } from '../db/index.js'
import { oneLine } from '../errors.js'
import type { Column, Dataset, Remarks, Resource } from './contract.js'
import { sinceText } from './datasets.js'
import { loadingLines } from './loaders/index.js'
import { repeatPart, type ExportFacts, type RepeatedCommand } from './repeat.js'

export interface ReadmeFacts {
  readonly provenance: Provenance
  readonly datasets: readonly Dataset[]
  readonly files: readonly {
    readonly path: string
    readonly rows: number
    readonly format: string
    readonly dataset: string | null
    readonly columns: readonly Column[]
    readonly resource: Resource
  }[]
  /** The files beside the data, but for this one and `datapackage.json`. */
  readonly helpers: readonly Resource[]
  readonly commands: readonly RepeatedCommand[]
  readonly about: ExportFacts
  readonly since: string | null
  /** Whether ids and names are pseudonyms: then nothing is said that names anybody. */
  readonly isPseudonymized: boolean
  readonly remarks: Remarks
}

/** The file that says how the data was collected. */
export const README_FILE = 'README.md'
const HEADING = '# An export of sora-crawl'

/** Whether a text is one that {@link readmeText} made. */
export function isReadme(text: string): boolean {
  return text.startsWith(`${HEADING}\n`)
}

/** Lists are cut here; the database has the rest. */
const MOST_LINES = 100

/** The text of an export's README.md; it depends on the database and the request alone. */
export function readmeText(facts: ReadmeFacts): string {
  const parts = [
    heading(facts),
    filesPart(facts),
    repeatPart(facts.provenance, facts.commands, facts.about),
    collectionPart(facts),
    gapsPart(facts),
    valuesPart(facts),
    loadingPart(facts),
  ]
  return `${parts.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function heading({ provenance, isPseudonymized }: ReadmeFacts): string[] {
  const origin = provenance.origin === 'sandbox' ? ' **The data is made up: it comes from the sandbox.**' : ''
  const names = isPseudonymized
    ? [
        '',
        'Ids and names of people are pseudonyms: the same person has the same one in every file. ' +
          'Texts can still tell who somebody is.',
      ]
    : []
  return [
    HEADING,
    '',
    `Collected from the Sora2 API.${origin} All files show the database at one instant, and \`datapackage.json\` describes every column of them.`,
    ...names,
  ]
}

function filesPart({ files, helpers, since, datasets }: ReadmeFacts): string[] {
  const rows = files.map(
    ({ path, rows: count, resource }) => `| \`${path}\` | ${cell(resource.description)} | ${count} |`,
  )
  const others = helpers.map(({ path, description }) => `| \`${String(path)}\` | ${cell(description)} | |`)
  const some =
    since === null
      ? []
      : [
          '',
          `Only rows of ${since} or later: ` +
            `${datasets.map(dataset => `${dataset.name} by ${sinceText(dataset)}`).join(', ')}. ` +
            'What a row refers to may not be among them.',
        ]
  return ['## Files', '', '| file | holds | rows |', '|---|---|---:|', ...rows, ...others, ...some]
}

function collectionPart({ provenance, isPseudonymized }: ReadmeFacts): string[] {
  const { runs, seeds, requests, costMicroUsd, imported, origin } = provenance
  const period =
    runs.first === null
      ? 'No crawl has run.'
      : `${runs.all} crawls, ${runs.finished} of them finished, from ${runs.first} to ${runs.last}.`
  const cost =
    `${requests} requests, ` +
    `$${(costMicroUsd / 1e6).toFixed(2)}${origin === 'sandbox' ? ' (what it would have cost)' : ''}; ` +
    'requests of unknown fate count as billed.'
  const elsewhere =
    imported === 0
      ? []
      : [
          `Beside these, ${imported} answers were imported that somebody had stored; they cost ` +
            'nothing and are in no run.',
        ]
  const list = isPseudonymized
    ? [`- ${seeds.length} seeds, which are not named here`]
    : cut(seeds.map(seed => `- ${code(seed)}`))
  return ['## How it was collected', '', period, cost, ...elsewhere, '', 'Seeds:', '', ...list]
}

function gapsPart({ provenance, isPseudonymized }: ReadmeFacts): string[] {
  const { streams, gaps, rejects } = provenance
  const states = streams.map(({ stream, state, count }) => `| ${stream} | ${state} | ${count} |`)
  const reasons = cut(
    gaps.map(
      ({ stream, state, reason, count }) =>
        `- ${stream}: ${count} ${state}${reason === null || isPseudonymized ? '' : `, ${code(reason)}`}`,
    ),
  )
  const setAside = cut(
    rejects.map(({ route, reason, count }) => `- ${route}: ${count} records, ${code(reason)}`),
  )
  return [
    '## Coverage and known gaps',
    '',
    'Listings by how their last reading ended. `complete`, `gated` (a counter says that there is ' +
      'nothing new) and `recent` ones are whole; the others are not.',
    '',
    '| listing | state | count |',
    '|---|---|---:|',
    ...states,
    '',
    ...(reasons.length > 0 ? ['Not whole:', '', ...reasons] : ['No listing was left unread or cut.']),
    '',
    ...(setAside.length > 0
      ? ['Records that could not be read, and are in no table but `rejects`:', '', ...setAside]
      : ['No record was set aside.']),
  ]
}

function valuesPart({ remarks, files }: ReadmeFacts): string[] {
  const has = (format: string): boolean => files.some(file => file.format === format)
  return [
    '## How values are written',
    '',
    '- Ids are text, never numbers, exactly as the API serves them.',
    '- Times are ISO 8601 in UTC with milliseconds; in Parquet, timestamps.',
    '- NULL means "not told", never 0 and never the empty string.',
    '- Truth values are 1 and 0 in CSV, `true` and `false` in JSONL, booleans in Parquet.',
    ...(has('csv')
      ? [
          `- CSV: RFC 4180, UTF-8 without byte order mark, LF; NULL is empty and unquoted, the empty string is \`""\`. Texts can hold line ends. NUL characters are left out.`,
        ]
      : []),
    ...(has('excel')
      ? [
          '- Excel’s CSV: with byte order mark; line ends in texts are spaces; an apostrophe ' +
            'stands before text that Excel would run as a formula or take for a number or a date, ' +
            'also behind a semicolon, at which some take lines apart; cells are cut at 32,767 ' +
            'characters. It is for looking at; compute with the others.',
        ]
      : []),
    ...(has('xlsx')
      ? [
          '- The workbook: times are dates in UTC, shown to the second; whole numbers of 16 digits and more are ' +
            'text, since Excel would change them; cells are cut at 32,767 characters, and a table of more ' +
            'rows than a sheet takes goes on in the next. What XML cannot hold is written as `_x0007_`.',
        ]
      : []),
    ...(has('parquet') ? ['- Parquet: row groups of 10,000 rows, compressed with snappy.'] : []),
    ...(remarks.nulRemoved > 0 ? [`- ${remarks.nulRemoved} NUL characters were left out.`] : []),
    ...(remarks.cellsCut > 0 ? [`- ${remarks.cellsCut} cells were cut.`] : []),
    ...(remarks.leftOut > 0
      ? [`- ${remarks.leftOut} values of another type than their column’s were left out.`]
      : []),
  ]
}

function loadingPart(facts: ReadmeFacts): string[] {
  const scripts = facts.helpers.map(({ path }) => `\`${String(path)}\``).filter(path => /load\./.test(path))
  const formats = [...new Set(facts.files.map(({ format }) => format))]
  const lines = formats.flatMap(format => {
    const file = exampleOf(facts, format)
    const own = file === undefined ? undefined : loadingLines(format, file)
    return own === undefined ? [] : ['', ...own]
  })
  return [
    '## Loading',
    '',
    scripts.length === 0
      ? '`datapackage.json` says what is in each file; `frictionless` and `datapackage` tools read it.'
      : `${scripts.join(' and ')} load every file with the right types; \`datapackage.json\` has the types, too.`,
    ...(lines.length === 0
      ? []
      : [
          'With your own lines, one file of each format stands here for the others. pandas and readr take the ' +
            'empty string in CSV for a missing value; DuckDB and polars tell them apart, and so does Parquet.',
          ...lines,
        ]),
  ]
}

/** The file that is shown as an example: posts, else the first that is no query's. */
function exampleOf(
  { files, datasets }: ReadmeFacts,
  format: string,
): { path: string; dataset: string; columns: readonly Column[] } | undefined {
  const own = files.filter(
    ({ format: one, dataset }) =>
      one === format &&
      (dataset === null || datasets.some(({ name, kind }) => name === dataset && kind !== 'query')),
  )
  const file = own.find(({ dataset }) => dataset === 'posts') ?? own[0]
  if (file === undefined) return undefined
  return { path: file.path, dataset: file.dataset ?? file.path.split('.')[0] ?? '', columns: file.columns }
}

/** Text inside a table of Markdown. */
function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|')
}

/** Text of the platform or the user as code, which no Markdown can leave. */
function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', '’')}\``
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= MOST_LINES
    ? [...lines]
    : [...lines.slice(0, MOST_LINES), `- … and ${lines.length - MOST_LINES} more`]
}
