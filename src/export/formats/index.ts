import type { Format } from '../contract.js'
import { csv } from './csv.js'

/** The formats of tables, by the names that `--format` takes. */
export const tableFormats: ReadonlyMap<string, Format> = new Map([csv].map((format) => [format.name, format]))
