export type * from './contract.js'
export {
  defaultTables,
  exportable,
  findDataset,
  needsOf,
  queryDataset,
  withoutDropped,
  withoutNames,
} from './datasets.js'
export {
  runExport,
  type ExportedFile,
  type ExportProgress,
  type ExportReport,
  type ExportRequest,
} from './export.js'
export { graphFormats, graphTasks, type GraphFormat, type GraphRequest } from './graph/index.js'
export { tableFormats } from './formats/index.js'
export { ids, SEED_TABLES } from './formats/ids.js'
export { tableTasks, type TableRequest } from './tables.js'
export { WORKBOOK, workbookTask } from './workbook/index.js'
export { takeKey } from './key-file.js'
export { Pseudonyms } from './pseudonyms.js'
