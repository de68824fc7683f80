import type { Format } from '../contract.js'
import { csv } from './csv.js'
import { excel } from './excel.js'
import { jsonl } from './jsonl.js'
import { parquet } from './parquet.js'

/** The formats of tables, by the names that `--format` takes. */
export const tableFormats: ReadonlyMap<string, Format> = new Map(
  [csv, excel, jsonl, parquet].map(format => [format.name, format]),
)
