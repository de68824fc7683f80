import { figures, type FigureReader } from '../../db/index.js'
import { histogram } from '../charts/bars.js'
import { colour, draw } from '../charts/draw.js'
import { decimal, number, percent } from '../format.js'
import { html } from '../html.js'
import type { FigureView, Section } from '../section.js'

const COUNTERS: readonly (readonly [figures.Counter, string])[] = [
  ['views', colour.views],
  ['likes', colour.likes],
  ['comments', colour.comments],
  ['remixes', colour.remixes],
]

/** How views, likes, comments and remixes are distributed over posts. */
export function engagementSection(reader: FigureReader): Section {
  const rows = reader.rows(figures.engagement)
  const quantiles = reader.rows(figures.engagementQuantiles)
  const views = quantiles.find(({ counter }) => counter === 'views')
  return {
    id: 'engagement',
    title: 'Engagement',
    lead:
      quantiles.length === 0
        ? 'No post with counters has been collected yet.'
        : 'The newest counters of each post. ' +
          `${views === undefined ? '' : `Half of the posts have ${number(views.median)} views or fewer; the most seen one has ${number(views.most)}.`}`,
    figures: quantiles.length === 0 ? [] : [distributions(rows), quantileTable(quantiles)],
  }
}

function distributions(rows: readonly figures.EngagementRow[]): FigureView {
  const told = COUNTERS.filter(([counter]) => rows.some(row => row.counter === counter))
  const charts = told.map(([counter, fill]) => {
    const own = withoutHoles(rows.filter(row => row.counter === counter))
    const posts = own.reduce((sum, row) => sum + row.posts, 0)
    const none = own.find(({ from_value }) => from_value === 0)?.posts ?? 0
    const labels = own.map(({ from_value }) => number(from_value))
    const label =
      `Posts by number of ${counter}: ` +
      `${own.map(row => `from ${row.from_value}: ${row.posts}`).join(', ')}`
    return html`<div><h4>${counter}<small>${percent(none, posts)} have none</small></h4>${draw(
      label,
      () =>
        histogram(
          labels,
          own.map(row => row.posts),
          fill,
          { axes: { x: counter, y: 'posts' }, height: 205 },
        ),
      { half: true },
    )}</div>`
  })
  return {
    id: 'engagement-distribution',
    title: 'How many posts have how much',
    lead:
      'Each bar counts the posts from its label up to the next: 0, 1, 2 to 4, 5 to 9, 10 to 19 and ' +
      'so on. Steps grow, since a few posts have most of everything.',
    picture: html`<div class="grid">${charts}</div>`,
    table: {
      header: ['counter', 'from', 'posts'],
      rows: rows.map(row => [row.counter, row.from_value, row.posts]),
    },
    sql: [figures.engagement],
  }
}

/** The classes between the first and the last, those without a post too. */
function withoutHoles(
  rows: readonly figures.EngagementRow[],
): Pick<figures.EngagementRow, 'from_value' | 'posts'>[] {
  const last = rows.at(-1)?.from_value ?? 0
  const classes = [0]
  for (let decade = 1; decade <= last; decade *= 10) classes.push(decade, 2 * decade, 5 * decade)
  const posts = new Map(rows.map(row => [row.from_value, row.posts]))
  return classes
    .filter(from => from <= last)
    .map(from_value => ({ from_value, posts: posts.get(from_value) ?? 0 }))
}

function quantileTable(rows: readonly figures.QuantileRow[]): FigureView {
  const ordered = COUNTERS.flatMap(([counter]) => rows.filter(row => row.counter === counter))
  return {
    id: 'engagement-quantiles',
    title: 'In numbers',
    lead: 'The value that so many percent of the posts do not exceed.',
    picture: null,
    tableFirst: true,
    table: {
      header: ['', 'posts', '10%', 'median', '90%', '99%', 'most', 'mean'],
      rows: ordered.map(row => [
        row.counter,
        row.posts,
        row.p10,
        row.median,
        row.p90,
        row.p99,
        row.most,
        { amount: decimal(row.mean) },
      ]),
    },
    sql: [figures.engagementQuantiles],
    note: 'Posts for which a counter was never told are left out of its row.',
  }
}
