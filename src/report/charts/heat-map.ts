import { colour, type Drawing } from './draw.js'
import { html, type Html } from '../html.js'
import { number } from '../format.js'

export interface Cell {
  readonly x: number
  readonly y: number
  readonly value: number
}

const FAINTEST = 0.07

/** How strongly a value is coloured, between the least and the most that there are. */
function strength(value: number, least: number, most: number): number {
  return most === least ? 1 : FAINTEST + (1 - FAINTEST) * ((value - least) / (most - least))
}

/**
 * A field for each pair of a row and a column, from the faintest for the least to the darkest for the most.
 */
export function heatMap(
  columns: readonly string[],
  rows: readonly string[],
  cells: readonly Cell[],
  width: number,
): Drawing {
  const narrow = width < 500
  const left = narrow ? 34 : 84
  const cell = (width - left - 4) / columns.length
  const tall = Math.min(30, Math.max(18, cell))
  const [least, most] = rangeOf(cells)
  const label = { color: colour.muted, fontSize: 11.5 }
  const bare = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } }
  return {
    height: Math.round(tall * rows.length + 44),
    option: {
      grid: { left, right: 4, top: 2, bottom: 42 },
      xAxis: {
        type: 'category',
        data: columns,
        ...bare,
        axisLabel: { ...label, interval: narrow ? 5 : 2 },
        name: 'hour of the day, UTC',
        nameLocation: 'middle',
        nameGap: 26,
        nameTextStyle: label,
      },
      yAxis: {
        type: 'category',
        data: rows.map(row => (narrow ? row.slice(0, 3) : row)),
        inverse: true,
        ...bare,
        axisLabel: { ...label, color: colour.ink },
      },
      series: [
        {
          type: 'scatter',
          symbol: 'rect',
          symbolSize: [cell - 1.5, tall - 1.5],
          data: cells.map(({ x, y, value }) => ({
            value: [x, y],
            itemStyle: { color: colour.posts, opacity: Number(strength(value, least, most).toFixed(3)) },
          })),
        },
      ],
    },
  }
}

const STEPS = 5

/** What the strengths of a heat map mean, from the least to the most. */
export function heatScale(cells: readonly Cell[], what: string): Html {
  const [least, most] = rangeOf(cells)
  const values = [
    ...new Set(
      Array.from({ length: STEPS }, (_, i) => Math.round(least + ((most - least) * i) / (STEPS - 1))),
    ),
  ]
  const field = (value: number): Html =>
    html`<i style="--c:${colour.posts};--o:${strength(value, least, most).toFixed(3)}"></i>`
  return html`<p class="scale"><span>${number(least)}</span>${values.map(field)}<span>${number(most)} ${what}</span></p>`
}

function rangeOf(cells: readonly Cell[]): [least: number, most: number] {
  const values = cells.map(({ value }) => value)
  return [Math.min(...values), Math.max(...values)]
}
