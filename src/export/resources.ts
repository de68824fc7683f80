import type { Column, Dataset, Format, Resource } from './contract.js'

/** What `datapackage.json` says of a file of a dataset. */
export function resourceOf(dataset: Dataset, format: Format, suffix: string, rows: number): Resource {
  return {
    name: `${dataset.name}${suffix}.${format.name}`.replaceAll('_', '-'),
    description: dataset.about,
    format: format.extension,
    mediatype: format.mediaType,
    rowCount: rows,
    schema: { fields: dataset.columns.map(fieldOf), missingValues: [''], ...(dataset.key.length === 0 ? {} : { primaryKey: dataset.key }) },
  }
}

function fieldOf({ name, type, about }: Column): object {
  return { name, type, description: about }
}
