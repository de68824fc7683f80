import type { LoadableFile } from '../contract.js'

/** What can be loaded of an export: each table in one of its formats, with all its files. */
export interface Loadable {
  readonly tables: readonly LoadableTable[]
  /** By the network's name, its file. */
  readonly networks: readonly { readonly name: string; readonly format: string; readonly path: string }[]
}

export interface LoadableTable {
  readonly name: string
  readonly format: string
  readonly paths: readonly string[]
  readonly rows: number
  readonly columns: LoadableFile['columns']
}
