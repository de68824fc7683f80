import { setImmediate } from 'node:timers/promises'
import { keptText, openEnvelope, routes, UnreadableBody, type Page, type RouteName } from '../api/index.js'
import { monotonicMs } from '../clock.js'
import type { PageRows, Replayer, StoredPage } from '../db/index.js'
import type { Crawler } from './contract.js'

/** How long it may work before others get a turn: progress, signals. */
const SLICE_MS = 40

export interface ReplayParts {
  readonly crawlers: readonly Crawler[]
  readonly programVersion: string
  readonly signal: AbortSignal
  /** Told from time to time how many pages are done. */
  readonly onPages: (done: number) => void
}

export interface Replayed {
  /** Answers applied as pages, and as refusals. */
  readonly pages: number
  readonly refusals: number
  /** Pages that cannot be read, and those of streams that no crawler reads any more. */
  readonly unread: number
}

/**
 * Reads every stored page anew and applies it, in the order of commits; no request is sent. Leaves it to the
 * caller to commit.
 * @returns undefined if it was interrupted
 */
export async function replayPages(
  replayer: Replayer,
  { crawlers, programVersion, signal, onPages }: ReplayParts,
): Promise<Replayed | undefined> {
  const byName = new Map(crawlers.map(crawler => [crawler.name, crawler]))
  const done = { pages: 0, refusals: 0, unread: 0 }
  let pausedAt = monotonicMs()
  for (let page = replayer.next(0); page !== undefined; page = replayer.next(page.id)) {
    const crawler = byName.get(page.stream)
    const told = crawler === undefined ? undefined : readAnew(page, crawler)
    const rows = told?.rows
    const isPage = told !== undefined || page.meaning === 'page'
    if (told?.isStray === true) replayer.tell(page, told.rows)
    else if (isPage) replayer.apply(page, { rows, ranks: crawler?.ranks ?? null, programVersion })
    else replayer.refuse(page)
    done[isPage ? 'pages' : 'refusals'] += 1
    if (isPage && rows === undefined) done.unread += 1
    if (monotonicMs() - pausedAt < SLICE_MS) continue
    onPages(done.pages + done.refusals)
    await setImmediate()
    if (signal.aborted) return undefined
    pausedAt = monotonicMs()
  }
  return done
}

/**
 * What a stored answer tells, of its subject or (stray) of others; undefined for one that is no page, or that
 * cannot be read.
 */
function readAnew(
  { status, body, route, subject }: StoredPage,
  crawler: Crawler,
): { rows: PageRows; isStray: boolean } | undefined {
  if (status !== 200) return undefined
  try {
    const page = openPage(body, route)
    const isStray = crawler.isAboutAnother(page, subject)
    return {
      rows: isStray ? crawler.interpretStray(page, subject) : crawler.interpret(page, subject),
      isStray,
    }
  } catch {
    // What a crawl did: the page is there, and tells nothing.
    return undefined
  }
}

/** @throws UnreadableBody for a body that is no page of its route */
function openPage(body: Buffer, route: string): Page {
  if (!(route in routes)) throw new UnreadableBody(`there is no route ${route}`)
  return openEnvelope(keptText(body), routes[route as RouteName].shape)
}
