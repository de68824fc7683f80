import { colour, type Drawing } from './draw.js'

export interface Cell {
  readonly x: number
  readonly y: number
  readonly value: number
}

/** A field for each pair of a row and a column, the darker the more. */
export function heatMap(columns: readonly string[], rows: readonly string[], cells: readonly Cell[], width: number): Drawing {
  const left = width < 500 ? 34 : 84
  const cell = (width - left - 4) / columns.length
  const tall = Math.min(30, Math.max(18, cell))
  const most = Math.max(...cells.map(({ value }) => value))
  const label = { color: colour.muted, fontSize: 11.5 }
  const bare = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } }
  const narrow = width < 500
  return {
    height: Math.round(tall * rows.length + 26),
    option: {
      grid: { left, right: 4, top: 2, bottom: 24 },
      xAxis: { type: 'category', data: columns, ...bare, axisLabel: { ...label, interval: narrow ? 5 : 2 } },
      yAxis: { type: 'category', data: rows.map((row) => (narrow ? row.slice(0, 3) : row)), inverse: true, ...bare, axisLabel: { ...label, color: colour.ink } },
      series: [
        {
          type: 'scatter',
          symbol: 'rect',
          symbolSize: [cell - 1.5, tall - 1.5],
          // The root makes small amounts visible beside large ones; a field without any stays as faint as it can be.
          data: cells.map(({ x, y, value }) => ({ value: [x, y], itemStyle: { color: colour.series[0], opacity: value === 0 ? 0.04 : Number((0.12 + 0.88 * Math.sqrt(value / most)).toFixed(3)) } })),
        },
      ],
    },
  }
}
