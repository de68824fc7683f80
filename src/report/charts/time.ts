import { tick } from '../format.js'
import { amounts, names } from './axes.js'
import { colour, type Drawing } from './draw.js'

/** What happened in each step of time as bars, and all of it up to then as a line above. */
export function barsAndSum(labels: readonly string[], values: readonly number[], sums: readonly number[], width: number): Drawing {
  const grid = { left: 48, right: 10 }
  const ends = { axisLabel: { showMaxLabel: true, alignMaxLabel: 'right', hideOverlap: true } }
  return {
    height: width < 500 ? 300 : 340,
    option: {
      grid: [{ ...grid, top: 12, height: width < 500 ? 110 : 140 }, { ...grid, top: width < 500 ? 152 : 182, bottom: 26 }],
      xAxis: [names(labels, { gridIndex: 0, axisLabel: { show: false }, boundaryGap: true }), names(labels, { gridIndex: 1, ...ends })],
      yAxis: [amounts({ gridIndex: 0, splitNumber: 3 }), amounts({ gridIndex: 1, splitNumber: 3 })],
      series: [
        { type: 'line', xAxisIndex: 0, yAxisIndex: 0, data: sums, symbol: 'none', lineStyle: { color: colour.series[0], width: 2 }, areaStyle: { color: colour.series[0], opacity: 0.12 } },
        { type: 'bar', xAxisIndex: 1, yAxisIndex: 1, data: values, barCategoryGap: '18%', barMinWidth: 1, itemStyle: { color: colour.series[0] } },
      ],
    },
  }
}

export interface Line {
  readonly name: string
  readonly colour: string
  /** Milliseconds, and the amount then. */
  readonly points: readonly (readonly [at: number, value: number])[]
}

/** Lines over days, each point of which was observed. */
export function lines(all: readonly Line[], width: number): Drawing {
  const times = [...new Set(all.flatMap(({ points }) => points.map(([at]) => at)))].toSorted((a, b) => a - b)
  const series = all.map((line) => {
    const values = new Map(line.points)
    return {
      type: 'line',
      name: line.name,
      data: times.map((at) => values.get(at) ?? null),
      connectNulls: true,
      symbol: 'circle',
      symbolSize: times.length > 40 ? 0 : 5,
      lineStyle: { color: line.colour, width: 2 },
      itemStyle: { color: line.colour },
    }
  })
  const labels = times.map((at) => tick(new Date(at).toISOString(), 'day'))
  return {
    height: width < 500 ? 240 : 280,
    option: {
      grid: { left: 48, right: 14, top: 14, bottom: 26 },
      xAxis: names(labels, { boundaryGap: times.length < 2, axisLabel: { hideOverlap: true } }),
      yAxis: amounts(),
      series,
    },
  }
}
