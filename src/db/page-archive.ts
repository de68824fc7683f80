import type { Sqlite } from './open.js'
import type { Lease, PageCommit } from './port.js'

/** Raw answers and what was set aside from them, and the order of ranked lists. Call inside a transaction. */
export class PageArchive {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  /** Keeps a raw body (gzip); returns the page's number, which is the commit order. */
  keep({ requestId, candidate }: Lease, status: number, body: Buffer, at: string): number {
    const { pass, pages } = candidate.checkpoint
    const { lastInsertRowid } = this.#s.page.run({ request: requestId, run: candidate.runId, stream: candidate.streamId, pass, page: pages + 1, status, body, at })
    return Number(lastInsertRowid)
  }

  setAside(pageId: number, { lease, rows, programVersion }: PageCommit, at: string): void {
    const { runId, streamId, stream, checkpoint } = lease.candidate
    for (const { reason, raw } of rows.rejects) {
      this.#s.reject.run({ pass: checkpoint.pass, page: pageId, run: runId, stream: streamId, request: lease.requestId, name: stream, reason, raw, version: programVersion, at })
    }
    for (const { path, expected, got } of rows.drift) this.#s.drift.run({ path, expected, got, at })
  }

  /** Notes who stands where; a pass that begins again in the same run starts its list anew. */
  rank({ lease, rows }: PageCommit, list: string, at: string): void {
    const { runId, checkpoint } = lease.candidate
    if (checkpoint.pages === 0) this.#s.clearRanking.run({ list, run: runId })
    for (const [index, item] of rows.listed.entries()) {
      if (item !== undefined) this.#s.rank.run({ list, run: runId, position: checkpoint.items + index + 1, item: item.id, at })
    }
  }
}

function prepare(sqlite: Sqlite) {
  return {
    page: sqlite.prepare(`
      INSERT INTO pages (request_id, run_id, stream_id, route, pass, page, status, body, received_at)
      VALUES (:request, :run, :stream, (SELECT route FROM requests WHERE id = :request), :pass, :page, :status, :body, :at)`),
    reject: sqlite.prepare(`
      INSERT INTO rejects (page_id, run_id, stream_id, pass, route, stream, reason, raw, program_version, rejected_at)
      VALUES (:page, :run, :stream, :pass, (SELECT route FROM requests WHERE id = :request), :name, :reason, :raw, :version, :at)`),
    drift: sqlite.prepare(`
      INSERT INTO drift (path, got, expected, records, first_seen_at, last_seen_at) VALUES (:path, :got, :expected, 1, :at, :at)
      ON CONFLICT DO UPDATE SET records = records + 1, expected = excluded.expected, last_seen_at = excluded.last_seen_at`),
    clearRanking: sqlite.prepare('DELETE FROM rankings WHERE list = :list AND run_id = :run'),
    rank: sqlite.prepare('INSERT OR REPLACE INTO rankings (list, run_id, position, item_id, observed_at) VALUES (:list, :run, :position, :item, :at)'),
  }
}
