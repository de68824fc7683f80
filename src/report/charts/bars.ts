import { short } from '../format.js'
import { amounts, names } from './axes.js'
import { colour, type Drawing } from './draw.js'

export interface Part {
  readonly name: string
  readonly colour: string
  readonly values: readonly number[]
}

/** Lying bars, one below the other, with what each amounts to at its end; of several parts each, if there are. */
export function lyingBars(labels: readonly string[], parts: readonly Part[], width: number, endLabels: readonly string[]): Drawing {
  const left = width < 500 ? 104 : 168
  const last = parts.length - 1
  const series = parts.map((part, i) => ({
    type: 'bar',
    stack: 'all',
    name: part.name,
    barWidth: 15,
    data: part.values,
    itemStyle: { color: part.colour, borderColor: colour.card, borderWidth: parts.length > 1 ? 1 : 0 },
    label: { show: i === last, position: 'right', color: colour.muted, fontSize: 11.5, formatter: ({ dataIndex }: { dataIndex: number }) => endLabels[dataIndex] ?? '' },
  }))
  // The label of the end belongs to the whole bar, also where its last part is nothing.
  const end = { type: 'bar', stack: 'all', barWidth: 15, silent: true, data: labels.map(() => 0), label: series.at(-1)?.label }
  return {
    height: labels.length * 27 + 12,
    option: {
      grid: { left, right: width < 500 ? 82 : 110, top: 4, bottom: 4 },
      xAxis: amounts({ show: false, minInterval: 0, max: 'dataMax' }),
      yAxis: names(labels, { inverse: true, axisLine: { show: false }, axisLabel: { color: colour.ink, fontSize: 12.5, width: left - 10, overflow: 'truncate' } }),
      series: [...series.map((one) => ({ ...one, label: { show: false } })), end],
    },
  }
}

/** Standing bars over classes of amounts: how often each occurs. */
export function histogram(labels: readonly string[], values: readonly number[], fill: string, height: number): Drawing {
  return {
    height,
    option: {
      grid: { left: 40, right: 6, top: 12, bottom: 26 },
      xAxis: names(labels, { axisLabel: { fontSize: 10.5, hideOverlap: true } }),
      yAxis: amounts({ splitNumber: 3 }),
      series: [{ type: 'bar', data: values, barCategoryGap: '12%', barMaxWidth: 56, itemStyle: { color: fill } }],
    },
  }
}

/** Standing bars with their label on top, for few. */
export function standingBars(labels: readonly string[], values: readonly number[], fill: string): Drawing {
  return {
    height: 220,
    option: {
      grid: { left: 44, right: 8, top: 22, bottom: 26 },
      xAxis: names(labels),
      yAxis: amounts({ splitNumber: 3 }),
      series: [{ type: 'bar', data: values, barMaxWidth: 64, itemStyle: { color: fill }, label: { show: true, position: 'top', color: colour.muted, fontSize: 11.5, formatter: ({ value }: { value: number }) => short(value) } }],
    },
  }
}
