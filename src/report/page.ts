import { basename } from 'node:path'
import { FigureReader, figures } from '../db/index.js'
import { count, days, day, dollars, minute, number } from './format.js'
import { html, type Html } from './html.js'
import { sectionView, type ReportRequest, type Section } from './section.js'
import { collectionSection } from './sections/collection.js'
import { coverageSection } from './sections/coverage.js'
import { engagementSection } from './sections/engagement.js'
import { growthSection } from './sections/growth.js'
import { leadersSection } from './sections/leaders.js'
import { networkSection } from './sections/networks.js'
import { remixSection } from './sections/remixes.js'
import { rhythmSection } from './sections/rhythm.js'
import { talkSection } from './sections/talk.js'
import { troubleSection } from './sections/troubles.js'
import { STYLE } from './style.js'

/** A report: the page, and what is on it. */
export interface Report {
  readonly html: string
  /** When the last run was last heard of; the page has no other date. Null before the first one. */
  readonly asOf: string | null
  readonly sections: readonly {
    readonly id: string
    readonly title: string
    readonly figures: readonly string[]
  }[]
}

const SECTIONS: readonly ((reader: FigureReader, request: ReportRequest) => Section)[] = [
  collectionSection,
  coverageSection,
  growthSection,
  engagementSection,
  leadersSection,
  remixSection,
  networkSection,
  rhythmSection,
  talkSection,
  troubleSection,
]

/**
 * The report of a database: one page that needs nothing else, the same for the same database. Reads one
 * moment of it, and can be made while a crawl writes.
 * @throws AppError `bad-database` or `newer-database`
 */
export function makeReport(file: string, request: ReportRequest): Report {
  const { title, version } = request
  const reader = new FigureReader(file)
  try {
    const [told] = reader.rows(figures.caption)
    if (told === undefined) throw new Error('a count without a row')
    const rows = new Map(reader.rows(figures.collected).map(row => [row.what, row.rows]))
    const sections = SECTIONS.map(make => make(reader, request))
    return {
      html: page({ title, madeBy: `sora-crawl ${version}`, database: basename(file) }, told, rows, sections)
        .text,
      asOf: told.last_at,
      sections: sections.map(section => ({
        id: section.id,
        title: section.title,
        figures: section.figures.map(({ id }) => id),
      })),
    }
  } finally {
    reader.close()
  }
}

/** Nothing is fetched, sent or run, whatever stands in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** What the page says of itself. */
interface Heading {
  readonly title: string
  readonly madeBy: string
  /** The name of the database's file, without its folder. */
  readonly database: string
}

function page(
  { title, madeBy, database }: Heading,
  told: figures.CaptionRow,
  rows: ReadonlyMap<string, number>,
  sections: readonly Section[],
): Html {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="kicker">Report of ${database}, made by ${madeBy}${told.last_at === null ? null : html` · as of ${minute(told.last_at)} UTC`}</p>
<h1>${title}</h1>
${told.origin === 'sandbox' ? html`<p class="sandbox"><strong>Sandbox.</strong> A made-up world: none of these people, posts and dollars are real.</p>` : null}
${summary(told, rows)}
<nav aria-label="Sections"><ol>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
</header>
<main>${sections.map(sectionView)}</main>
<footer>
<p>Times are UTC, and dates are those at which things were posted or seen. “Counted” and “told” are the platform’s own numbers. Where the platform told nothing, there is a dash, never a zero.</p>
<p class="screen">Below each figure is the SQL that it was made with. <code>sora-crawl sql</code> runs it again: paste it into a file and name that with <code>--file</code>.</p>
</footer>
</body>
</html>
`
}

/** What this is, in a few sentences. */
function summary(told: figures.CaptionRow, rows: ReadonlyMap<string, number>): Html {
  const of = (what: string): number => rows.get(what) ?? 0
  if (told.began_at === null || told.last_at === null)
    return html`<p class="summary">No crawl has been run on this database yet${of('posts') === 0 ? '.' : html`; it holds ${count(of('posts'), 'post')} and ${count(of('users'), 'account')} all the same.`}</p>`
  const when =
    told.began_at.slice(0, 10) === told.last_at.slice(0, 10)
      ? `on ${day(told.began_at)}`
      : `from ${days(told.began_at, told.last_at)}`
  const relations = of('follows') + of('cameos') + of('remixes')
  const isEmpty = of('posts') + of('users') + of('comments') + of('replies') + relations === 0
  const held = isEmpty
    ? html`Nothing was collected`
    : html`${count(of('posts'), 'post')}, ${count(of('users'), 'account')}, ${count(of('comments') + of('replies'), 'comment')} and ${count(relations, 'relation')}, collected`
  return html`<p class="summary">${held} ${when} in ${count(told.runs, 'run')} with ${count(told.requests, 'request')} for ${dollars(told.cost_microusd / 1e6)}.${told.imported === 0 ? null : ` ${count(told.imported, 'answer')} ${told.imported === 1 ? 'was' : 'were'} imported, at no cost.`}${told.unfinished === 0 ? null : html` <strong>${told.unfinished === 1 ? 'One run is' : `${number(told.unfinished)} runs are`} unfinished.</strong>`}${told.unknown === 0 ? null : ` The fate of ${count(told.unknown, 'request')} is unknown; they count as billed.`}</p>`
}
