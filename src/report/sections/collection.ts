import { figures, type FigureReader } from '../../db/index.js'
import { lyingBars } from '../charts/bars.js'
import { colour, draw } from '../charts/draw.js'
import { barsAndSum } from '../charts/time.js'
import { count, dollars, excerpt, minute, number, tick } from '../format.js'
import { html, written, type Html } from '../html.js'
import type { FigureView, Section } from '../section.js'

/** What was collected and what it cost. */
export function collectionSection(reader: FigureReader): Section {
  const days = daySpend(reader)
  return {
    id: 'collection',
    title: 'What was collected, and what it cost',
    lead: 'Every request is in a ledger with its price. Prices are those that the program was given; what a gateway charges may differ.',
    figures: [rowsFigure(reader), routeSpend(reader), ...(days === null ? [] : [days]), runsFigure(reader)],
  }
}

function rowsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.collected)
  return {
    id: 'rows',
    title: 'Rows in the database',
    lead: null,
    picture: html`<dl class="tiles">${rows.map(({ what, rows: held }) => html`<div><dt>${what}</dt><dd>${number(held)}</dd></div>`)}</dl>`,
    table: null,
    sql: [figures.collected],
    note: 'Relations that have gone since are counted. Users who were only mentioned, with nothing but an id told, are users here.',
  }
}

function routeSpend(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.spendByRoute)
  const usd = rows.reduce((sum, row) => sum + row.usd, 0)
  const requests = rows.reduce((sum, row) => sum + row.requests, 0)
  const [first] = rows
  const label = `Dollars by route: ${rows.map((row) => `${row.route} ${dollars(row.usd)}`).join(', ')}`
  return {
    id: 'spend-by-route',
    title: 'Where the money went',
    lead: first === undefined ? 'No request has been sent yet.' : `${dollars(usd)} for ${count(requests, 'request')}; most of it, ${dollars(first.usd)}, for ${first.route}.`,
    picture:
      usd === 0
        ? null
        : draw(label, (width) =>
            lyingBars(
              rows.map(({ route }) => route.replace(/^get_/, '').replaceAll('_', ' ')),
              [{ name: 'dollars', colour: colour.series[0], values: rows.map((row) => row.usd) }],
              width,
              rows.map((row) => `${dollars(row.usd)} · ${number(row.requests)}`),
            ),
          ),
    table: { header: ['route', 'requests', 'billed', 'dollars'], rows: rows.map((row) => [row.route, row.requests, row.billed, { amount: dollars(row.usd) }]) },
    sql: [figures.spendByRoute],
    ...(usd === 0 ? {} : { note: 'Dollars, and the number of requests.' }),
  }
}

/** Null where all was spent on one day: the figures above have it. */
function daySpend(reader: FigureReader): FigureView | null {
  const rows = reader.rows(figures.spendByDay)
  if (rows.length < 2) return null
  return {
    id: 'spend-by-day',
    title: 'Spending over time',
    lead: `Requests went out on ${count(rows.length, 'day')}, from ${rows[0]?.day} to ${rows.at(-1)?.day}. Above, dollars so far; below, dollars by day.`,
    picture: draw('Dollars by day, and in all up to then', (width) => barsAndSum(rows.map((row) => tick(row.day, 'day')), rows.map(({ usd }) => usd), rows.map((row) => row.usd_so_far), width)),
    table: { header: ['day', 'requests', 'dollars', 'dollars so far'], rows: rows.map((row) => [row.day, row.requests, { amount: dollars(row.usd) }, { amount: dollars(row.usd_so_far) }]) },
    sql: [figures.spendByDay],
  }
}

function runsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.runs)
  return {
    id: 'runs',
    title: 'Runs',
    lead: rows.length === 0 ? 'There has been no run yet.' : 'Newest first, twelve at most, imports among them: these send nothing. Times are UTC.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['run', 'began', 'finished', 'seeds', 'depth', 'requests', 'cost', 'outcome'],
            rows: rows.map((row) => [
              row.run,
              html`<span class="t">${minute(row.started_at)}</span>`,
              row.finished_at === null ? null : html`<span class="t">${minute(row.finished_at)}</span>`,
              seedsView(row),
              row.depth,
              row.requests,
              { amount: dollars(row.usd) },
              row.outcome ?? row.state,
            ]),
          },
    sql: [figures.runs],
  }
}

function seedsView({ seeds, seeds_in_all: all, is_import: isImport }: figures.RunRow): Html {
  if (isImport === 1) return html`<span class="seeds">(import)</span>`
  const shown = JSON.parse(seeds) as string[]
  const rest = all - shown.length
  return html`<span class="seeds">${shown.map((seed) => html`<span class="id" title="${seed}">${written(excerpt(seed, 26))}</span>`)}${rest > 0 ? `and ${number(rest)} more` : null}</span>`
}
