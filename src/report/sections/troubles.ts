import { figures, type FigureReader } from '../../db/index.js'
import { inPowers, lyingBars } from '../charts/bars.js'
import { count, dollars, excerpt, number } from '../format.js'
import { html, visible, written } from '../html.js'
import { legend, type FigureView, type Section } from '../section.js'
import { STATES } from '../states.js'

/** What could not be had, and why. */
export function troubleSection(reader: FigureReader): Section {
  return {
    id: 'failures',
    title: 'Failures, by reason',
    lead: 'What could not be had or read, and what was said about it. Nothing of this was dropped silently.',
    figures: [listingsFigure(reader), refusalsFigure(reader), unreadableFigure(reader)],
  }
}

/** Causes that are drawn; the table behind has more. */
const MOST_CAUSES = 10

type Cause = Pick<figures.TroubleRow, 'state' | 'reason' | 'listings'>

/** The same over all streams, the most frequent first. */
function causesOf(rows: readonly figures.TroubleRow[]): Cause[] {
  const causes = new Map<string, Cause>()
  for (const { state, reason, listings } of rows) {
    const key = JSON.stringify([state, reason])
    causes.set(key, { state, reason, listings: listings + (causes.get(key)?.listings ?? 0) })
  }
  return [...causes.values()].toSorted((a, b) => b.listings - a.listings)
}

function listingsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.troubles)
  const causes = causesOf(rows).slice(0, MOST_CAUSES)
  const parts = STATES.filter(([state]) => causes.some(cause => cause.state === state)).map(
    ([name, fill]) => ({
      name,
      colour: fill,
      values: causes.map(({ state, listings }) => (state === name ? listings : 0)),
    }),
  )
  const all = rows.reduce((sum, row) => sum + row.listings, 0)
  return {
    id: 'listings-not-had',
    title: 'Listings that are not complete',
    lead:
      rows.length === 0
        ? 'Every listing in scope was read to its end.'
        : `${count(all, 'listing')} in scope ${all === 1 ? 'is' : 'are'} not whole.` +
          inPowers(causes.map(({ listings }) => listings)),
    picture:
      rows.length === 0
        ? null
        : html`${legend(parts)}${lyingBars(
            causes.map(({ state, reason }) => html`${state}: ${written(excerpt(visible(reason), 120))}`),
            parts,
            causes.map(({ listings }) => number(listings)),
          )}`,
    table:
      rows.length === 0
        ? null
        : {
            header: ['stream', 'state', 'reason', 'listings'],
            rows: rows.map(row => [row.stream, row.state, written(row.reason), row.listings]),
          },
    sql: [figures.troubles],
  }
}

function refusalsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.refusals)
  return {
    id: 'refusals',
    title: 'Requests that brought no page',
    lead:
      rows.length === 0
        ? 'Every request was answered with a page.'
        : 'The twenty most frequent. Which were sent again, the ledger tells.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['what was said', 'status', 'requests', 'routes', 'cost'],
            rows: rows.map(row => [
              written(row.what),
              row.status === null ? null : String(row.status),
              row.requests,
              row.routes,
              { amount: dollars(row.usd) },
            ]),
          },
    sql: [figures.refusals],
  }
}

function unreadableFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.unreadable)
  return {
    id: 'unreadable',
    title: 'Records and fields that came otherwise than described',
    lead:
      rows.length === 0
        ? 'Every record could be read, and every field came as it is described.'
        : 'Records whose id could not be read were set aside as served; other fields of another ' +
          'type became NULL. New fields are kept in the raw pages alone; dropped ones came before, ' +
          'and no longer do.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['what', 'where', 'why', 'records'],
            rows: rows.map(row => [row.kind, written(row.at), written(row.what), row.records]),
          },
    sql: [figures.unreadable],
  }
}
