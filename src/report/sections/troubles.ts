import { figures, type FigureReader } from '../../db/index.js'
import { lyingBars } from '../charts/bars.js'
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

/** Reasons that are drawn; the table behind has more. */
const MOST_REASONS = 10

function listingsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.troubles)
  const reasons = [...new Set(rows.map(({ reason }) => reason))].slice(0, MOST_REASONS)
  const used = STATES.filter(([state]) => rows.some(row => row.state === state))
  const listings = (reason: string, state?: string): number =>
    rows
      .filter(row => row.reason === reason && (state === undefined || row.state === state))
      .reduce((sum, row) => sum + row.listings, 0)
  const parts = used.map(([name, fill]) => ({
    name,
    colour: fill,
    values: reasons.map(reason => listings(reason, name)),
  }))
  const all = rows.reduce((sum, row) => sum + row.listings, 0)
  return {
    id: 'listings-not-had',
    title: 'Listings that are not complete',
    lead:
      rows.length === 0
        ? 'Every listing in scope was read to its end.'
        : `${count(all, 'listing')} in scope ${all === 1 ? 'is' : 'are'} not whole.`,
    picture:
      rows.length === 0
        ? null
        : html`${legend(parts)}${lyingBars(
            reasons.map(reason => written(excerpt(visible(reason), 120))),
            parts,
            reasons.map(reason => number(listings(reason))),
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
            header: ['status', 'what was said', 'requests', 'routes', 'cost'],
            rows: rows.map(row => [
              row.status === null ? null : String(row.status),
              written(row.what),
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
