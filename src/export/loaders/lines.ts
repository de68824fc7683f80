import type { Column } from '../contract.js'

/** A file of rows, as the lines that load it need to know it. */
export interface LoadedFile {
  readonly path: string
  readonly dataset: string
  readonly columns: readonly Column[]
}

const PYTHON = '```python'
const END = '```'

/** The lines that load a file, by its format; undefined where there are none to give. */
export function loadingLines(format: string, file: LoadedFile): string[] | undefined {
  return LINES[format]?.(file)
}

const LINES: Readonly<Record<string, (file: LoadedFile) => string[]>> = {
  csv: csvLoaders,
  jsonl: jsonlLoaders,
  parquet: parquetLoaders,
  gexf: gexfLoaders,
  graphml: graphmlLoaders,
  xlsx: workbookLoaders,
  ids: ({ path }) => [
    '```sh',
    `sora-crawl plan --seeds ${path} --collect profile  # what it costs to read them again`,
    `sora-crawl crawl --seeds ${path} --collect profile`,
    END,
  ],
}

/** Lines that load CSV with the right types: ids stay text, whatever they look like. */
function csvLoaders(file: LoadedFile): string[] {
  const { path, dataset: name } = file
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_csv("${path}", keep_default_na=False, na_values=[""],`,
    `    dtype={${pairs(file, PANDAS, inPython)}})`,
    `for column in [${timesOf(file)}]:  # a column that is empty has its zone, too`,
    `    ${name}[column] = pd.to_datetime(${name}[column], utc=True)`,
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
    `  ${pairs(file, DUCKDB, inDuckDb)}});`,
    END,
    '',
    PYTHON,
    'import polars as pl',
    `${name} = pl.read_csv("${path}", schema_overrides={`,
    `    ${pairs(file, { ...POLARS, boolean: 'pl.Int64' }, inPython)}`,
    `}).with_columns(pl.col(${timesOf(file)}).str.to_datetime(time_zone="UTC"))`,
    END,
  ]
}

/** Lines that load Parquet, which has its types in itself. */
function parquetLoaders({ path, dataset: name }: LoadedFile): string[] {
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_parquet("${path}", dtype_backend="numpy_nullable")  # before pandas 2: use_nullable_dtypes=True`,
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

/** Lines that load JSON Lines, where JSON has fewer types than the columns. */
function jsonlLoaders(file: LoadedFile): string[] {
  const { path, dataset: name } = file
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_json("${path}", lines=True, convert_dates=False, dtype={`,
    `    ${pairs(file, { ...PANDAS, boolean: '"boolean"', json: 'object' }, inPython)}})`,
    `for column in [${timesOf(file)}]:`,
    `    ${name}[column] = pd.to_datetime(${name}[column], utc=True)`,
    END,
    '',
    '```r',
    `${name} <- jsonlite::stream_in(file("${path}"), verbose = FALSE)`,
    `for (column in c(${timesOf(file)}))`,
    `  ${name}[[column]] <- as.POSIXct(${name}[[column]], format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC")`,
    END,
    '',
    '```sql',
    '-- DuckDB',
    `SELECT * FROM read_json('${path}', format = 'newline_delimited', columns = {`,
    `  ${pairs(file, { ...DUCKDB, json: "'JSON'" }, inDuckDb)}});`,
    END,
    '',
    PYTHON,
    'import polars as pl',
    `${name} = pl.read_ndjson("${path}", schema_overrides={`,
    `    ${pairs(file, { ...POLARS, json: undefined, boolean: 'pl.Boolean' }, inPython)}`,
    `}).with_columns(pl.col(${timesOf(file)}).str.to_datetime(time_zone="UTC"))`,
    END,
  ]
}

/** Lines that load every sheet of a workbook, which has its types in itself. */
function workbookLoaders({ path, dataset: name }: LoadedFile): string[] {
  return [
    PYTHON,
    'import pandas as pd',
    `${name} = pd.read_excel("${path}", sheet_name=None, keep_default_na=False, na_values=[])  # by sheet`,
    END,
    '',
    '```r',
    `posts <- readxl::read_excel("${path}", sheet = "posts")`,
    END,
  ]
}

function gexfLoaders({ path, dataset: name }: LoadedFile): string[] {
  return [
    `Gephi: *File*, *Open*, \`${path}\`.`,
    '',
    PYTHON,
    'import networkx as nx',
    `${name} = nx.read_gexf("${path}")`,
    END,
  ]
}

function graphmlLoaders({ path, dataset: name }: LoadedFile): string[] {
  return [
    PYTHON,
    'import igraph',
    `${name} = igraph.Graph.Read_GraphML("${path}")  # a truth value that is missing is False`,
    `${name}.vs["name"]  # the ids`,
    END,
    '',
    PYTHON,
    'import networkx as nx',
    `${name} = nx.read_graphml("${path}")`,
    END,
    '',
    '```r',
    `${name} <- igraph::read_graph("${path}", format = "graphml")`,
    END,
  ]
}

type Types = Readonly<Partial<Record<string, string>>>

const PANDAS: Types = {
  text: '"string"',
  json: '"string"',
  time: '"string"',
  integer: '"Int64"',
  boolean: '"Int64"',
  number: '"float64"',
}
const DUCKDB: Types = {
  text: "'VARCHAR'",
  json: "'VARCHAR'",
  integer: "'BIGINT'",
  boolean: "'BOOLEAN'",
  number: "'DOUBLE'",
  time: "'TIMESTAMPTZ'",
}
const POLARS: Types = {
  text: 'pl.String',
  json: 'pl.String',
  time: 'pl.String',
  integer: 'pl.Int64',
  number: 'pl.Float64',
}

/** The columns with what a tool calls their type, each written by `pair`. */
function pairs({ columns }: LoadedFile, types: Types, pair: (name: string, type: string) => string): string {
  return columns
    .flatMap(({ name, type }) => (types[type] === undefined ? [] : [pair(name, types[type])]))
    .join(', ')
}

const inPython = (name: string, type: string): string => `"${name}": ${type}`
const inR = (name: string, type: string): string => `\`${name}\` = ${type}`
const inDuckDb = (name: string, type: string): string => `'${name}': ${type}`

/** The columns of times, in quotes. */
function timesOf({ columns }: LoadedFile): string {
  return columns
    .filter(({ type }) => type === 'time')
    .map(({ name }) => `"${name}"`)
    .join(', ')
}
