import type { Meaning } from './page-archive.js'
import type { Subject } from './port.js'

/** A raw answer as it was kept, in the order of commits. */
export interface StoredPage {
  readonly id: number
  readonly runId: number
  readonly requestId: number
  readonly streamId: number
  readonly stream: string
  readonly subject: Subject
  readonly route: string
  /** 0 for answers that were imported. */
  readonly pass: number
  readonly page: number
  readonly servedBefore: number
  readonly status: number
  readonly meaning: Meaning
  readonly sighting: number | null
  readonly goneAfter: number | null
  readonly at: string
  /** gzip. */
  readonly body: Buffer
}
