import type { Sqlite } from './open.js'
import type { Lease } from './port.js'
import type { ToldPage } from './told-page.js'

/** What an answer was taken for. */
export type Meaning = 'page' | 'gone' | 'private' | 'doubtful' | 'withheld' | 'refused'

/** Raw answers, the records set aside from them, and the order of ranked lists. Call inside a transaction. */
export class PageArchive {
  readonly #s: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#s = prepare(sqlite)
  }

  /**
   * Keeps a raw body (gzip); returns the page's number, which is the commit order.
   * @param sighting in a full crawl: the newest request of the ledger
   */
  keep(
    { requestId, candidate }: Lease,
    answer: { status: number; meaning: Meaning; sighting: number | null; body: Buffer },
    at: string,
  ): number {
    const { pass, pages, items } = candidate.checkpoint
    const where = {
      request: requestId,
      run: candidate.runId,
      stream: candidate.streamId,
      pass,
      page: pages + 1,
      served: items,
    }
    return Number(this.#s.page.run({ ...where, ...answer, at }).lastInsertRowid)
  }

  /** Notes that a page has ended a full pass without a flaw, which began after a request. */
  tellsGone(pageId: number, after: number): void {
    this.#s.tellsGone.run({ page: pageId, after })
  }

  /** The refusals of a stream that were in doubt say nothing about its entity after all. */
  disbelieve(streamId: number): void {
    this.#s.disbelieve.run({ stream: streamId })
  }

  /** What the 403 of a stream that was in doubt is taken for after all. @returns when it came */
  settleWithheld(streamId: number, meaning: 'private' | 'refused'): string | undefined {
    return this.#s.settleWithheld.get({ stream: streamId, meaning })
  }

  setAside({ pageId, runId, requestId, streamId, stream, pass, rows, programVersion, at }: ToldPage): void {
    for (const { reason, raw } of rows.rejects) {
      this.#s.reject.run({
        pass,
        page: pageId,
        run: runId,
        stream: streamId,
        request: requestId,
        name: stream,
        reason,
        raw,
        version: programVersion,
        at,
      })
    }
  }

  /** Notes who stands where; a pass that begins again in the same run starts its list anew. */
  rank({ runId, page, servedBefore, rows, at }: ToldPage, list: string): void {
    if (page === 1) this.#s.clearRanking.run({ list, run: runId })
    for (const [index, item] of rows.listed.entries()) {
      if (item !== undefined)
        this.#s.rank.run({ list, run: runId, position: servedBefore + index + 1, item: item.id, at })
    }
  }
}

function prepare(sqlite: Sqlite) {
  return {
    page: sqlite.prepare(`
      INSERT INTO pages (request_id, run_id, stream_id, route, pass, page, served_before, status, meaning, sighting, received_at, body)
      VALUES (:request, :run, :stream, (SELECT route FROM requests WHERE id = :request), :pass, :page, :served, :status, :meaning, :sighting, :at, :body)`),
    tellsGone: sqlite.prepare('UPDATE pages SET gone_after = :after WHERE id = :page'),
    disbelieve: sqlite.prepare(
      "UPDATE pages SET meaning = 'refused' WHERE meaning = 'doubtful' AND stream_id = :stream",
    ),
    // Among the newest pages, for whatever its route serves next settles it: no index is worth it.
    settleWithheld: sqlite
      .prepare<object, string>(
        `
        UPDATE pages SET meaning = :meaning WHERE id = (SELECT id FROM pages WHERE stream_id = :stream AND meaning = 'withheld' ORDER BY id DESC LIMIT 1)
        RETURNING received_at`,
      )
      .pluck(),
    reject: sqlite.prepare(`
      INSERT INTO rejects (page_id, run_id, stream_id, pass, route, stream, reason, raw, program_version, rejected_at)
      VALUES (:page, :run, :stream, :pass, (SELECT route FROM requests WHERE id = :request), :name, :reason, :raw, :version, :at)`),
    clearRanking: sqlite.prepare('DELETE FROM rankings WHERE list = :list AND run_id = :run'),
    rank: sqlite.prepare(
      'INSERT OR REPLACE INTO rankings (list, run_id, position, item_id, observed_at) VALUES ' +
        '(:list, :run, :position, :item, :at)',
    ),
  }
}
