import type { Loadable, LoadableTable } from './loadable.js'

/** What Python can load, what needs the fewest packages first. */
export const pythonFormats = ['csv', 'jsonl', 'parquet', 'gexf', 'graphml']

/** `load.py`: tables as frames of pandas, networks as graphs of networkx. */
export function pythonText({ tables, networks }: Loadable): string {
  const formats = new Set(tables.map(({ format }) => format))
  return [
    HEAD,
    `TABLES = {\n${tables.map(tableText).join('')}}\n`,
    `NETWORKS = {\n${networks.map(({ name, format, path }) => `    ${json(name)}: (${json(format)}, ${json(path)}),\n`).join('')}}\n`,
    ...READERS.flatMap(([format, text]) => (formats.has(format) ? [text] : [])),
    TAIL,
  ].join('\n')
}

/** JSON of a text is a text of Python, too. */
const json = (text: string): string => JSON.stringify(text)

function tableText({ name, format, paths, rows, columns }: LoadableTable): string {
  return [
    `    ${json(name)}: {\n`,
    `        "format": ${json(format)},\n`,
    `        "rows": ${rows},\n`,
    `        "files": [\n${paths.map(path => `            ${json(path)},\n`).join('')}        ],\n`,
    `        "columns": {\n${columns.map(column => `            ${json(column.name)}: ${json(column.type)},\n`).join('')}        },\n`,
    '    },\n',
  ].join('')
}

const HEAD = `"""Loads the tables and networks of this export, with the right types.

    python3 load.py                      # what there is, and whether it is whole

    import load                          # in this folder
    posts = load.table("posts")          # a DataFrame of pandas
    everything = load.tables()           # all of them, by name
    follow = load.network("follow")      # a graph of networkx

Ids are text. Times are in UTC and say so, also where a column is empty. Counts keep all their digits and
can be missing. pandas takes an empty text in CSV for a missing one.
"""
import json
import sys
import warnings
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# Of each table: its format, its rows, its files, and the types of its columns.`

const READERS: readonly (readonly [format: string, text: string])[] = [
  [
    'csv',
    `
def read_csv(path, columns):
    import pandas as pd
    return pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
`,
  ],
  [
    'jsonl',
    `
def read_jsonl(path, columns):
    import pandas as pd
    with open(path, encoding="utf-8", newline="\\n") as file:
        rows = [json.loads(line) for line in file]
    as_text = lambda value: value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return pd.DataFrame(
        {name: pd.Series([as_text(row[name]) if kind in ("json", "any") else row[name] for row in rows], dtype="object") for name, kind in columns.items()}
    )
`,
  ],
  [
    'parquet',
    `
def read_parquet(path, columns):
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet
    rows = pa.parquet.read_table(path)
    # As text, as in the other formats: a time that pandas cannot hold would refuse the whole file.
    for i, name in enumerate(rows.column_names):
        if columns[name] == "time":
            rows = rows.set_column(i, name, rows.column(i).cast(pa.timestamp("ms")).cast(pa.string()))
    dtypes = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype()}
    return rows.to_pandas(types_mapper=dtypes.get)
`,
  ],
]

const TAIL = `
def typed(series, kind):
    import pandas as pd
    if kind == "time":
        times = pd.to_datetime(series, utc=True, errors="coerce")
        lost = int((times.isna() & series.notna()).sum())
        if lost > 0:
            warnings.warn(f"{series.name}: {lost} times are outside of what this pandas can hold, and are missing")
        return times
    if kind == "boolean":
        return series.map({"1": True, "0": False, True: True, False: False}).astype("boolean")
    if kind == "integer":
        return series.astype("Int64")
    if kind == "number":
        return series.astype("Float64")
    return series.astype("string")


def table(name):
    """One table as a DataFrame."""
    import pandas as pd
    about = TABLES[name]
    read = globals()["read_" + about["format"]]
    frames = [read(FOLDER / path, about["columns"]) for path in about["files"]]
    whole = pd.concat(frames, ignore_index=True)
    return pd.DataFrame({column: typed(whole[column], kind) for column, kind in about["columns"].items()})


def tables():
    """All tables, by their names."""
    return {name: table(name) for name in TABLES}


def network(name):
    """One network as a graph of networkx."""
    import networkx
    kind, path = NETWORKS[name]
    return getattr(networkx, "read_" + kind)(FOLDER / path)


def networks():
    """All networks, by their names."""
    return {name: network(name) for name in NETWORKS}


if __name__ == "__main__":
    whole = True
    for name, frame in tables().items():
        print(f"{name}: {len(frame)} rows")
        whole = whole and len(frame) == TABLES[name]["rows"]
    for name, graph in networks().items():
        print(f"{name}: {graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges")
    if not whole:
        sys.exit("A table has not as many rows as were written.")
`
