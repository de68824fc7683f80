import { tick } from '../format.js'
import { amounts, frame, labelRoom, names } from './axes.js'
import { type Drawing } from './draw.js'

export interface Steps {
  readonly labels: readonly string[]
  readonly values: readonly number[]
  readonly sums: readonly number[]
  readonly colour: string
  /** What the two scales say, the upper one first. */
  readonly titles: readonly [sums: string, values: string]
}

/** What happened in each step of time as bars, and all of it up to then as a line above. */
export function barsAndSum({ labels, values, sums, colour: fill, titles }: Steps, width: number): Drawing {
  const narrow = width < 500
  const grid = { left: Math.max(36, labelRoom(sums)), right: 10 }
  const room = width - grid.left - grid.right
  return {
    height: narrow ? 330 : 370,
    option: {
      grid: [
        { ...grid, top: 26, height: narrow ? 110 : 140 },
        { ...grid, top: narrow ? 180 : 210, bottom: 26 },
      ],
      xAxis: [
        names(labels, { gridIndex: 0, axisLabel: { show: false }, boundaryGap: true }),
        names(labels, { gridIndex: 1, axisLabel: timeMarks(labels, room) }),
      ],
      yAxis: [
        amounts({ gridIndex: 0, splitNumber: 3, name: titles[0] }),
        amounts({ gridIndex: 1, splitNumber: 3, name: titles[1] }),
      ],
      series: [
        {
          type: 'line',
          xAxisIndex: 0,
          yAxisIndex: 0,
          data: sums,
          symbol: 'none',
          lineStyle: { color: fill, width: 2 },
          areaStyle: { color: fill, opacity: 0.12 },
        },
        {
          type: 'bar',
          xAxisIndex: 1,
          yAxisIndex: 1,
          data: values,
          barCategoryGap: '18%',
          barMinWidth: 1,
          itemStyle: { color: fill },
        },
      ],
    },
  }
}

/** Pixels that the mark of a day and the room beside it take. */
const MARK = 118

/** The first mark and the last, and of the others as many, evenly apart, as there is room for. */
function timeMarks(labels: readonly string[], room: number): object {
  const last = labels.length - 1
  const step = Math.max(1, Math.ceil((MARK * labels.length) / room))
  const isShown = (i: number): boolean => i === last || (i % step === 0 && last - i >= step)
  return { interval: isShown, showMaxLabel: true, alignMaxLabel: 'right' }
}

export interface Line {
  readonly name: string
  readonly colour: string
  /** The beginning of a day in milliseconds, and the amount then. */
  readonly points: readonly (readonly [at: number, value: number])[]
}

const DAY_MS = 86_400_000

/** Ten years: imported answers carry times that others wrote, and nobody can see more days than this. */
const MOST_DAYS = 3_660

/**
 * Every day from the first point to the last, so that a day is as wide as another; where they are too far
 * apart for that, the days that have a point.
 */
function daysOf(all: readonly Line[]): number[] {
  const observed = [...new Set(all.flatMap(({ points }) => points.map(([at]) => at)))].toSorted(
    (a, b) => a - b,
  )
  const first = observed[0] ?? 0
  const days = Math.round(((observed.at(-1) ?? 0) - first) / DAY_MS) + 1
  return days > MOST_DAYS ? observed : Array.from({ length: days }, (_, i) => first + i * DAY_MS)
}

/** Lines over days, each point of which was observed. */
export function lines(all: readonly Line[], title: string, width: number): Drawing {
  const times = daysOf(all)
  const series = all.map(line => {
    const values = new Map(line.points)
    return {
      type: 'line',
      name: line.name,
      data: times.map(at => values.get(at) ?? null),
      connectNulls: true,
      symbol: 'circle',
      showAllSymbol: true,
      symbolSize: line.points.length > 40 ? 0 : 5,
      lineStyle: { color: line.colour, width: 2 },
      itemStyle: { color: line.colour },
    }
  })
  const labels = times.map(at => tick(new Date(at).toISOString(), 'day'))
  const values = all.flatMap(({ points }) => points.map(([, value]) => value))
  return {
    height: width < 500 ? 254 : 294,
    option: {
      grid: frame(values, { right: 14, top: 28, bottom: 26 }),
      xAxis: names(labels, { boundaryGap: times.length < 2, axisLabel: timeMarks(labels, width - 70) }),
      yAxis: amounts({ name: title }),
      series,
    },
  }
}
