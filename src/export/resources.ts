import type { Column, Dataset, Format, Resource } from './contract.js'

/** What `datapackage.json` says of one file of a dataset. */
export interface ResourceFacts {
  readonly dataset: Dataset
  readonly format: Format
  /** What tells it from other files of the dataset, such as a month; empty if it is the only one. */
  readonly suffix: string
  readonly rows: number
  /** Datasets that are in the same format as a whole in one file, which references can point at. */
  readonly whole: ReadonlySet<string>
}

/** @returns a resource in the words of Frictionless Data Package v2 */
export function resourceOf({ dataset, format, suffix, rows, whole }: ResourceFacts): Resource {
  const { name, about, columns, key } = dataset
  const isCsv = format.extension === 'csv'
  return {
    name: resourceName(name, format, suffix),
    type: 'table',
    description: about,
    format: format.extension,
    mediatype: format.mediaType,
    ...(format.name === 'parquet' ? {} : { encoding: 'utf-8' }),
    ...(isCsv
      ? { dialect: { delimiter: ',', lineTerminator: '\n', quoteChar: '"', doubleQuote: true, header: true } }
      : {}),
    rowCount: rows,
    schema: {
      fields: columns.map(column => fieldOf(column, { isCsv, hasJson: format.name === 'jsonl' })),
      ...(isCsv ? { missingValues: [''] } : {}),
      ...(key.length > 0 ? { primaryKey: key } : {}),
      ...foreignKeys(dataset, format, whole),
    },
  }
}

/**
 * Names of resources are of small letters, digits, `.`, `_` and `-`; CSV, which is plain, has the table's
 * own.
 */
function resourceName(dataset: string, format: Format, suffix: string): string {
  return `${dataset.toLowerCase()}${suffix}${format.name === 'csv' ? '' : `.${format.name}`}`
}

function foreignKeys({ references }: Dataset, format: Format, whole: ReadonlySet<string>): object {
  const there = references.filter(({ dataset }) => whole.has(dataset))
  if (there.length === 0) return {}
  return {
    foreignKeys: there.map(({ column, dataset, key }) => ({
      fields: [column],
      reference: { resource: resourceName(dataset, format, ''), fields: [key] },
    })),
  }
}

function fieldOf(column: Column, { isCsv, hasJson }: { isCsv: boolean; hasJson: boolean }): object {
  const { name, required, choices, about } = column
  const constraints = {
    ...(required ? { required: true } : {}),
    ...(choices === null ? {} : { enum: choices }),
  }
  return {
    name,
    ...typeOf(column, isCsv, hasJson),
    ...(about === '' ? {} : { description: about }),
    ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
  }
}

function typeOf({ type }: Column, isCsv: boolean, hasJson: boolean): object {
  switch (type) {
    case 'text':
      return { type: 'string' }
    case 'time':
      return { type: 'datetime' }
    case 'boolean':
      return { type: 'boolean', ...(isCsv ? { trueValues: ['1'], falseValues: ['0'] } : {}) }
    case 'json':
      return { type: hasJson ? 'any' : 'string' }
    default:
      return { type }
  }
}
