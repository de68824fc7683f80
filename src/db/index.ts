export type { ListingRecord, TableCoverage } from './coverage.js'
export { kindByStream, toldByStream, type ListingMeasure } from './measures.js'
export { Check, checkDatabase, type CheckFinding, type CheckStep, type Fault } from './check.js'
export { damageBehind } from './damage.js'
export { describeTable, type ColumnDescription, type TableDescription } from './describe.js'
export { type Copies } from './copies.js'
export { Forgetter, type ForgetReport, type Persons, type Redaction } from './forget.js'
export { inspectDatabase, lastRequest, sqliteVersion, type DatabaseFacts } from './inspect.js'
export { takeWriteLock } from './lock.js'
export { FigureReader } from './figure-reader.js'
export * as figures from './figures/index.js'
export {
  edgeColumns,
  graphNames,
  graphTables,
  nodeColumns,
  type GraphColumn,
  type GraphEdge,
  type GraphName,
  type GraphNode,
  type GraphRelations,
  type GraphValue,
} from './graphs.js'
export type { Origin } from './origin.js'
export * from './port.js'
export { dictionary, privacyOf, type Privacy, type TableDoc } from './schema/index.js'
export type * from './schema/rows.js'
export { NO_ROWS } from './schema/rows.js'
export { provenanceOf, type CrawlCommand, type CrawledSeed, type Gap, type Provenance } from './provenance.js'
export type { CopiedPart, NameReplacer } from './pseudonymized-copy.js'
export { countOldPages, Pruner, type PageCount } from './prune.js'
export { ReadQuery, type SqlParameters, type SqlValue } from './query.js'
export {
  Reader,
  type DriftLine,
  type RunReport,
  type Spend,
  type StatusReport,
  type StreamLine,
} from './reader.js'
export { Replayer } from './replay.js'
export type { StoredPage } from './stored-page.js'
export type { TableChange } from './table-changes.js'
export {
  packing,
  Snapshot,
  type Month,
  type PackedRows,
  type Row,
  type Selection,
  type Since,
} from './snapshot.js'
export { openStore, rehearse } from './store.js'
export { Importer, type ImportedAnswer } from './import.js'
