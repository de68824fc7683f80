import type { ListingMeasure } from '../db/index.js'
import { html, type Content, type Html } from './html.js'
import { number } from './format.js'

/** What a report is made with. */
export interface ReportRequest {
  readonly title: string
  /** The program's own, to be named on the page. */
  readonly version: string
  /** How each kind of listing is measured. */
  readonly measures: readonly ListingMeasure[]
  /** The streams that `--collect all` means. */
  readonly streams: readonly string[]
}

/** A number is set to the right, with thin spaces; so is an amount in other words. */
export type Cell = Content | { readonly amount: Content }

/** What is behind a figure, as a table. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** What stands below each row over its whole width, for what no column has room for. */
  readonly below?: readonly Content[]
}

export interface FigureView {
  readonly id: string
  readonly title: string
  /** What is to be seen, in a sentence or two. */
  readonly lead: Content
  /** The picture; null where the table is the figure, or where there is nothing to draw. */
  readonly picture: Html | null
  /** Whether the table is the figure and is shown, and not behind it. */
  readonly tableFirst?: boolean
  readonly table: Table | null
  /** The SQL that was run for it. */
  readonly sql: readonly { readonly sql: string }[]
  readonly note?: Content
  /** Half the width of the text. */
  readonly half?: boolean
}

export interface Section {
  readonly id: string
  readonly title: string
  readonly lead: Content
  readonly figures: readonly FigureView[]
}

/** Columns that have room beside each other on a phone; the rows of wider tables become paragraphs there. */
const FITS_A_PHONE = 4

/** Tables behind figures are cut: who wants all rows has the SQL. */
const MOST_ROWS = 200

/** A figure that has nothing to show says so, and takes no more room than that. */
const isBare = ({ picture, table }: FigureView): boolean => picture === null && table === null

export function sectionView({ id, title, lead, figures }: Section): Html {
  // What is said of figures in general says nothing where there are none.
  const isQuiet = figures.every(isBare)
  return html`
<section id="${id}" aria-labelledby="${id}-title"${isQuiet ? html` class="quiet"` : null}>
<h2 id="${id}-title">${title}</h2>
${lead === null || (isQuiet && figures.length > 0) ? null : html`<p class="lead">${lead}</p>`}
<div class="figures">${figures.map(figureView)}</div>
</section>`
}

function figureView(figure: FigureView): Html {
  const { id, title, lead, picture, tableFirst, table, sql, note, half } = figure
  const shown = tableFirst === true && table !== null
  return html`
<figure id="${id}" class="${half === true ? 'half' : 'full'}${isBare(figure) ? ' bare' : shown ? ' rows' : null}">
<figcaption><h3>${title}</h3>${lead === null ? null : html`<p>${lead}</p>`}</figcaption>
${picture}${shown ? tableView(title, table) : null}
${note === undefined ? null : html`<p class="note">${note}</p>`}
<details><summary>${shown || table === null ? 'The SQL' : 'The numbers and the SQL'}</summary>
${shown || table === null ? null : tableView(title, table)}
${sql.map(({ sql: text }) => html`<pre tabindex="0"><code>${text}</code></pre>`)}
</details>
</figure>`
}

function tableView(title: string, { header, rows, below }: Table): Html {
  const numeric = header.map((_, i) => rows.some(row => isAmount(row[i])))
  const kind = (i: number): Html | null => (numeric[i] === true ? html` class="n"` : null)
  const cut =
    rows.length > MOST_ROWS
      ? html`<p class="note">The first ${number(MOST_ROWS)} of ${number(rows.length)} rows.</p>`
      : null
  const folds = header.length > FITS_A_PHONE ? html` folds` : null
  return html`<div class="table${folds}" tabindex="0" role="region" aria-label="${title}: table"><table>
<thead><tr>${header.map((name, i) => html`<th scope="col"${kind(i)}>${name}</th>`)}</tr></thead>
<tbody>${rows.slice(0, MOST_ROWS).map(
    (
      row,
      at,
    ) => html`<tr>${row.map((cell, i) => html`<td${kind(i)}${folds === null ? null : html` data-name="${header[i]}"`}>${cellText(cell)}</td>`)}</tr>${below === undefined ? null : html`<tr class="below"><td colspan="${header.length}">${below[at]}</td></tr>`}
`,
  )}</tbody></table></div>${cut}`
}

function isAmount(cell: Cell): cell is number | { readonly amount: Content } {
  return typeof cell === 'number' || (typeof cell === 'object' && cell !== null && 'amount' in cell)
}

function cellText(cell: Cell): Content {
  if (isAmount(cell)) return typeof cell === 'number' ? number(cell) : cell.amount
  return cell === null || cell === undefined ? html`<span class="none">–</span>` : cell
}

/** The names of the colours of a picture. */
export function legend(parts: readonly { readonly name: string; readonly colour: string }[]): Html {
  return html`<ul class="legend">${parts.map(({ name, colour }) => html`<li><span class="swatch" style="background:${colour}"></span>${name}</li>`)}</ul>`
}
