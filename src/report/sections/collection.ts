import { figures, type FigureReader } from '../../db/index.js'
import { inPowers, lyingBars } from '../charts/bars.js'
import { colour, draw } from '../charts/draw.js'
import { barsAndSum } from '../charts/time.js'
import { count, days, dollars, excerpt, minute, number, tick } from '../format.js'
import { html, type Html } from '../html.js'
import type { FigureView, ReportRequest, Section } from '../section.js'

/** What was collected and what it cost. */
export function collectionSection(
  reader: FigureReader,
  { streams }: Pick<ReportRequest, 'streams'>,
): Section {
  const byDay = daySpend(reader)
  return {
    id: 'collection',
    title: 'What was collected, and what it cost',
    lead:
      'Every request is in a ledger with its price. Prices are those that the program was given; ' +
      'what a gateway charges may differ.',
    figures: [
      rowsFigure(reader),
      routeSpend(reader),
      ...(byDay === null ? [] : [byDay]),
      runsFigure(reader, streams),
    ],
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
    note:
      'Relations that have gone since are counted. Users who were only mentioned, with nothing but ' +
      'an id told, are users here.',
  }
}

function routeSpend(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.spendByRoute)
  const usd = rows.reduce((sum, row) => sum + row.usd, 0)
  const requests = rows.reduce((sum, row) => sum + row.requests, 0)
  const [first] = rows
  return {
    id: 'spend-by-route',
    title: 'Where the money went',
    lead:
      first === undefined
        ? 'No request has been sent yet.'
        : rows.length === 1
          ? `${dollars(usd)} for ${count(requests, 'request')}, all of it for ${nameOf(first.route)}.`
          : `${dollars(usd)} for ${count(requests, 'request')}; most of it, ${dollars(first.usd)}, ` +
            `for ${nameOf(first.route)}.${inPowers(rows.map(row => row.usd))}`,
    picture:
      usd === 0
        ? null
        : lyingBars(
            rows.map(({ route }) => nameOf(route)),
            [{ name: 'dollars', colour: colour.money, values: rows.map(row => row.usd) }],
            rows.map(row => `${dollars(row.usd)} · ${count(row.requests, 'request')}`),
          ),
    table: {
      header: ['route', 'requests', 'billed', 'dollars'],
      rows: rows.map(row => [row.route, row.requests, row.billed, { amount: dollars(row.usd) }]),
    },
    sql: [figures.spendByRoute],
  }
}

/** A route in words: `get_post_comments` as "post comments". */
const nameOf = (route: string): string => route.replace(/^get_/, '').replaceAll('_', ' ')

/** Null where all was spent on one day: the figures above have it. */
function daySpend(reader: FigureReader): FigureView | null {
  const rows = reader.rows(figures.spendByDay)
  if (rows.length < 2) return null
  return {
    id: 'spend-by-day',
    title: 'Spending over time',
    lead:
      `Requests went out on ${count(rows.length, 'day')}, from ` +
      `${days(rows[0]?.day ?? '', rows.at(-1)?.day ?? '')}. Above, dollars so far; below, dollars by day.`,
    picture: draw('Dollars by day, and in all up to then', width =>
      barsAndSum(
        {
          labels: rows.map(row => tick(row.day, 'day')),
          values: rows.map(({ usd }) => usd),
          sums: rows.map(row => row.usd_so_far),
          colour: colour.money,
          titles: ['dollars so far', 'dollars each day'],
        },
        width,
      ),
    ),
    table: {
      header: ['day', 'requests', 'dollars', 'dollars so far'],
      rows: rows.map(row => [
        row.day,
        row.requests,
        { amount: dollars(row.usd) },
        { amount: dollars(row.usd_so_far) },
      ]),
    },
    sql: [figures.spendByDay],
  }
}

function runsFigure(reader: FigureReader, streams: readonly string[]): FigureView {
  const rows = reader.rows(figures.runs)
  return {
    id: 'runs',
    title: 'Runs',
    lead:
      rows.length === 0
        ? 'There has been no run yet.'
        : 'Newest first, twelve at most, imports among them: these send nothing. Times are UTC.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['seeds', 'run', 'began', 'requests', 'cost', 'ended'],
            rows: rows.map(row => [
              seedsView(row),
              row.run,
              html`<span class="t">${minute(row.started_at)}</span>`,
              row.requests,
              { amount: dollars(row.usd) },
              endOf(row),
            ]),
            below: rows.map(row => optionsView(row, streams)),
          },
    sql: [figures.runs],
  }
}

/** How a run ended, in a word or two. */
function endOf({ state, stopped_by: stoppedBy }: figures.RunRow): string {
  if (state === 'abandoned') return 'given up'
  if (state === 'finished' || stoppedBy === null) return state
  return stoppedBy === 'cap' ? 'stopped at a cap' : `stopped: ${stoppedBy.replaceAll('-', ' ')}`
}

/** Seeds of a run that are named in its line; their number says how many there are. */
const NAMED_SEEDS = 3

function seedsView({ seeds, seeds_in_all: all, is_import: isImport }: figures.RunRow): Html {
  if (isImport === 1) return html`<span class="seeds">(import)</span>`
  const named = (JSON.parse(seeds) as string[]).slice(0, NAMED_SEEDS)
  const rest = all - named.length
  return html`<span class="seeds">${named.map((seed, i) => html`${i === 0 ? null : ', '}<bdi title="${seed}">${excerpt(seed, 26)}</bdi>`)}${rest > 0 ? ` and ${number(rest)} more` : null}</span>`
}

/**
 * The options of a run as its flags; those of the first seeds, where seeds differ. Long ones break between
 * names.
 */
function optionsView({ options, full }: figures.RunRow, streams: readonly string[]): Html {
  const [first, ...others] = JSON.parse(options) as {
    collect?: string[]
    depth?: number
    maxPages?: number | null
  }[]
  const isAll = streams.every(stream => first?.collect?.includes(stream) === true)
  const collect = isAll
    ? 'all'
    : first?.collect?.map((stream, i) => html`${i === 0 ? null : html`,<wbr>`}${stream}`)
  const flags = [
    first?.collect === undefined ? null : html`--collect ${collect}`,
    first?.depth === undefined ? null : `--depth ${first.depth}`,
    first?.maxPages == null ? null : `--max-pages ${first.maxPages}`,
    full === 1 ? '--full' : null,
    others.length > 0 ? `and ${count(others.length, 'other set', 'other sets')} of options` : null,
  ]
  return html`<span class="options">${flags.filter(flag => flag !== null).map((flag, i) => html`${i === 0 ? null : ' '}${flag}`)}</span>`
}
