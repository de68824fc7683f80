import type { Column } from './contract.js'

/** A file of rows, as the lines that load it need to know it. */
export interface LoadedFile {
  readonly path: string
  readonly dataset: string
  readonly columns: readonly Column[]
}

const PYTHON = '```python'
const END = '```'

/** Lines that load CSV with the right types: ids stay text, whatever they look like. */
export function csvLoaders(file: LoadedFile): string[] {
  const { path, dataset: name } = file
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_csv("${path}", keep_default_na=False, na_values=[""],`,
    `    dtype={${pairs(file, { text: '"string"', json: '"string"', integer: '"Int64"', boolean: '"Int64"', number: '"float64"' }, inPython)}},`,
    `    parse_dates=[${timesOf(file)
      .map(column => `"${column}"`)
      .join(', ')}])`,
    END,
    '',
    '```r',
    'library(readr)',
    // By itself it takes white space off texts, and looks for line ends in texts only where its first look
    // finds some.
    `${name} <- read_csv("${path}", na = "", trim_ws = FALSE, num_threads = 1, col_types = cols(`,
    `  ${pairs(file, { text: 'col_character()', json: 'col_character()', integer: 'col_double()', boolean: 'col_integer()', number: 'col_double()', time: 'col_datetime()' }, inR)}))`,
    END,
    '',
    '```sql',
    `-- DuckDB; the empty string stays what it is, and is not NULL`,
    `SELECT * FROM read_csv('${path}', header = true, quote = '"', escape = '"', nullstr = '', ` +
      'allow_quoted_nulls = false, columns = {',
    `  ${pairs(file, { text: "'VARCHAR'", json: "'VARCHAR'", integer: "'BIGINT'", boolean: "'BOOLEAN'", number: "'DOUBLE'", time: "'TIMESTAMPTZ'" }, inDuckDb)}});`,
    END,
    '',
    PYTHON,
    'import polars as pl',
    `${name} = pl.read_csv("${path}", schema_overrides={`,
    `    ${pairs(file, { text: 'pl.String', json: 'pl.String', time: 'pl.String', integer: 'pl.Int64', boolean: 'pl.Int64', number: 'pl.Float64' }, inPython)}`,
    `}).with_columns(pl.col(${timesOf(file)
      .map(column => `"${column}"`)
      .join(', ')}).str.to_datetime(time_zone="UTC"))`,
    END,
  ]
}

/** Lines that load Parquet, which has its types in itself. */
export function parquetLoaders({ path, dataset: name }: LoadedFile): string[] {
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_parquet("${path}")`,
    END,
    '',
    PYTHON,
    'import polars as pl',
    `${name} = pl.read_parquet("${path}")`,
    END,
    '',
    '```r',
    `${name} <- arrow::read_parquet("${path}")`,
    END,
    '',
    '```sql',
    `SELECT * FROM '${path}';  -- DuckDB`,
    END,
  ]
}

/** The columns with what a tool calls their type, each written by `pair`. */
function pairs(
  { columns }: LoadedFile,
  types: Readonly<Record<string, string>>,
  pair: (name: string, type: string) => string,
): string {
  return columns
    .flatMap(({ name, type }) => (types[type] === undefined ? [] : [pair(name, types[type])]))
    .join(', ')
}

const inPython = (name: string, type: string): string => `"${name}": ${type}`
const inR = (name: string, type: string): string => `\`${name}\` = ${type}`
const inDuckDb = (name: string, type: string): string => `'${name}': ${type}`

function timesOf({ columns }: LoadedFile): string[] {
  return columns.filter(({ type }) => type === 'time').map(({ name }) => name)
}
