import type { Loadable, LoadableTable } from './loadable.js'

/** What R can load, what needs the fewest packages first. */
export const rFormats = ['csv', 'jsonl', 'parquet', 'graphml']

/** `load.R`: tables as data frames, by R alone where they are CSV; networks as graphs of igraph. */
export function rText({ tables, networks }: Loadable): string {
  const formats = new Set(tables.map(({ format }) => format))
  return [
    HEAD,
    `export_tables <- list(\n${tables.map(tableText).join(',\n')}\n)\n`,
    `export_networks <- c(${networks.map(({ name, path }) => `${quoted(name)} = ${quoted(path)}`).join(', ')})\n`,
    ...READERS.flatMap(([format, text]) => (formats.has(format) ? [text] : [])),
    TAIL,
  ].join('\n')
}

/** A text of R: what JSON escapes by four digits is the same there. */
const quoted = (text: string): string => JSON.stringify(text)

function tableText({ name, format, paths, rows, columns }: LoadableTable): string {
  const types = columns.map(column => `      ${quoted(column.name)} = ${quoted(column.type)}`)
  return [
    `  ${quoted(name)} = list(`,
    `    format = ${quoted(format)}, rows = ${rows},`,
    `    files = c(${paths.map(quoted).join(', ')}),`,
    `    columns = c(\n${types.join(',\n')}))`,
  ].join('\n')
}

const HEAD = `# Loads the tables and networks of this export, with the right types.
#
#   Rscript load.R                        # what there is, and whether it is whole
#
#   source("load.R")                      # or by its path, from wherever you are
#   posts <- load_table("posts")          # a data frame
#   everything <- load_tables()           # all of them, by name
#   follow <- load_network("follow")      # a graph of igraph
#
# Ids are text. Times are in UTC, also where a column is empty. Counts are doubles: exact up to 2^53. R takes
# an empty text in CSV for a missing one, and a carriage return within a text for a line end.

export_folder <- local({
  sourced <- Filter(Negate(is.null), lapply(sys.frames(), function(frame) frame$ofile))
  script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
  if (length(sourced) > 0) dirname(sourced[[length(sourced)]])
  else if (length(script) == 1) dirname(script)
  else "."
})

# Of each table: its format, its rows, its files, and the types of its columns.`

const READERS: readonly (readonly [format: string, text: string])[] = [
  [
    'csv',
    `read_export_csv <- function(path, columns) {
  read.csv(path, colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE, quote = "\\"",
    comment.char = "", strip.white = FALSE, blank.lines.skip = FALSE, fill = FALSE)
}
`,
  ],
  [
    'jsonl',
    `read_export_jsonl <- function(path, columns) {
  rows <- lapply(readLines(path, encoding = "UTF-8"), jsonlite::fromJSON, simplifyVector = FALSE)
  text <- function(value) {
    if (is.null(value)) NA_character_
    else if (is.character(value)) value
    else if (is.logical(value)) as.character(as.integer(value))
    else if (is.list(value)) as.character(jsonlite::toJSON(value, auto_unbox = TRUE, digits = NA))
    else format(value, digits = 17, scientific = FALSE, trim = TRUE)
  }
  values <- lapply(names(columns), function(name) vapply(rows, function(row) text(row[[name]]), ""))
  as.data.frame(setNames(values, names(columns)), check.names = FALSE, stringsAsFactors = FALSE)
}
`,
  ],
  [
    'parquet',
    `read_export_parquet <- function(path, columns) as.data.frame(arrow::read_parquet(path))
`,
  ],
]

const TAIL = `typed_column <- function(values, type) {
  if (type == "time" && !inherits(values, "POSIXct")) as.POSIXct(values, format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC")
  else if (type == "boolean" && is.character(values)) values == "1"
  else if (type == "boolean") as.logical(values)
  else if (type %in% c("integer", "number")) as.numeric(values)
  else values
}

load_table <- function(name) {
  about <- export_tables[[name]]
  read <- get(paste0("read_export_", about$format))
  frames <- lapply(file.path(export_folder, about$files), read, columns = about$columns)
  frame <- do.call(rbind, frames)
  for (column in names(about$columns)) frame[[column]] <- typed_column(frame[[column]], about$columns[[column]])
  frame
}

load_tables <- function() sapply(names(export_tables), load_table, simplify = FALSE)

load_network <- function(name) igraph::read_graph(file.path(export_folder, export_networks[[name]]), format = "graphml")

if (sys.nframe() == 0 && !interactive()) {
  whole <- TRUE
  for (name in names(export_tables)) {
    rows <- nrow(load_table(name))
    cat(name, ": ", rows, " rows\\n", sep = "")
    whole <- whole && rows == export_tables[[name]]$rows
  }
  for (name in names(export_networks)) {
    graph <- load_network(name)
    cat(name, ": ", igraph::vcount(graph), " vertices, ", igraph::ecount(graph), " edges\\n", sep = "")
  }
  if (!whole) stop("A table has not as many rows as were written.")
}
`
