import { figures, type FigureReader, type ListingMeasure } from '../../db/index.js'
import { lyingBars } from '../charts/bars.js'
import { count, excerpt, number, percent } from '../format.js'
import { html, written, type Html } from '../html.js'
import { userView } from '../people.js'
import { STATES } from '../states.js'
import { legend, type FigureView, type ReportRequest, type Section } from '../section.js'

const MEANINGS: Readonly<Record<(typeof STATES)[number][0], Html>> = {
  complete: html`read to its end`,
  repeats: html`ended where pages began to repeat`,
  capped: html`cut by <code>--max-pages</code>`,
  budget: html`left when money or requests ran out; the same command goes on`,
  'in progress': html`its run is not finished`,
  abandoned: html`its run was given up`,
  private: html`not shown, the API said`,
  gone: html`no longer there, the API said`,
  'not found': html`the API said so, but not for sure`,
  failed: html`given up for that run`,
}

/** What is held of what the platform counts. */
export function coverageSection(
  reader: FigureReader,
  { measures }: Pick<ReportRequest, 'measures'>,
): Section {
  const query = figures.coverageByStream(measures)
  const rows = reader.rows(query)
  const all = rows.reduce((sum, { listings }) => sum + listings, 0)
  const complete = rows
    .filter(({ state }) => state === 'complete')
    .reduce((sum, { listings }) => sum + listings, 0)
  return {
    id: 'coverage',
    title: 'Coverage and gaps',
    lead:
      all === 0
        ? 'No run has had anything in scope yet.'
        : 'A listing is one list of one thing: the followers of one user, the comments of one post. ' +
          `${number(complete)} of ${count(all, 'listing')} (${percent(complete, all)}) that runs ` +
          'had in scope are complete. Whatever was never in scope is not counted here.',
    figures:
      all === 0 ? [] : [statesFigure(rows, query), heldFigure(rows, query), gapsFigure(reader, measures)],
  }
}

type CoverageQuery = figures.Figure<figures.StreamCoverageRow>

const streamsOf = (rows: readonly figures.StreamCoverageRow[]): string[] => [
  ...new Set(rows.map(({ stream }) => stream)),
]

function statesFigure(rows: readonly figures.StreamCoverageRow[], query: CoverageQuery): FigureView {
  const streams = streamsOf(rows)
  const listings = (stream: string, state?: string): number =>
    rows
      .filter(row => row.stream === stream && (state === undefined || row.state === state))
      .reduce((sum, row) => sum + row.listings, 0)
  const used = STATES.filter(([state]) => rows.some(row => row.state === state))
  const share = (stream: string, state: string): number => listings(stream, state) / listings(stream)
  const parts = used.map(([name, fill]) => ({
    name,
    colour: fill,
    values: streams.map(stream => share(stream, name)),
  }))
  const ends = streams.map(
    stream => `${percent(listings(stream, 'complete'), listings(stream))} of ${number(listings(stream))}`,
  )
  return {
    id: 'listings-by-state',
    title: 'How each kind of listing stands',
    lead: 'Each bar is all listings of a kind; at its end, the part that is complete.',
    picture: html`${legend(parts)}${lyingBars(streams, parts, ends)}`,
    table: {
      header: ['stream', 'listings', ...used.map(([state]) => state)],
      rows: streams.map(stream => [
        stream,
        listings(stream),
        ...used.map(([state]) => listings(stream, state)),
      ]),
    },
    sql: [query],
    note: html`${used.map(([state], i) => html`${i === 0 ? null : ' '}<em>${state}</em>: ${MEANINGS[state]}.`)}`,
  }
}

function heldFigure(rows: readonly figures.StreamCoverageRow[], query: CoverageQuery): FigureView {
  const all = streamsOf(rows).map(stream => {
    const own = rows.filter(row => row.stream === stream)
    const sum = (key: 'told' | 'held_of_told' | 'held'): number =>
      own.reduce((total, row) => total + (row[key] ?? 0), 0)
    return {
      stream,
      told: sum('told'),
      heldOfTold: sum('held_of_told'),
      held: sum('held'),
      isTold: own.some(row => row.held_of_told !== null),
    }
  })
  // A profile lists nothing, and neither does a search that found nobody.
  const sums = all.filter(({ isTold, held }) => isTold || held > 0)
  return {
    id: 'told-and-held',
    title: 'What the platform counts, and what is held',
    lead:
      sums.length === 0
        ? 'No listing holds anything, and of none the platform says how much there is.'
        : 'Deleted and hidden things are counted by the platform and not listed, so that less than 100% ' +
          'is normal.',
    picture: null,
    tableFirst: true,
    table:
      sums.length === 0
        ? null
        : {
            header: ['stream', 'counted', 'held of these', 'share', 'held in all'],
            rows: sums.map(one => [
              one.stream,
              one.isTold ? one.told : null,
              one.isTold ? one.heldOfTold : null,
              one.isTold ? { amount: percent(one.heldOfTold, one.told) } : null,
              one.held,
            ]),
          },
    sql: [query],
  }
}

function gapsFigure(reader: FigureReader, measures: readonly ListingMeasure[]): FigureView {
  const query = figures.largestGaps(measures)
  const rows = reader.rows(query)
  const isUser = (id: string): boolean => id.startsWith('user-') || id.startsWith('ch_')
  return {
    id: 'largest-gaps',
    title: 'The largest gaps',
    lead:
      rows.length === 0
        ? 'No listing holds less than the platform counts.'
        : 'Listings that hold less than their counter says, those that miss most first.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['stream', 'of', 'counted', 'held', 'missing', 'why'],
            rows: rows.map(row => [
              row.stream,
              isUser(row.subject)
                ? userView(row.name, row.subject)
                : html`<code class="id" title="${row.subject}">${excerpt(row.subject, 20)}</code>`,
              row.told,
              row.held,
              row.missing,
              html`${row.state}: ${written(row.reason)}`,
            ]),
          },
    sql: [query],
  }
}
