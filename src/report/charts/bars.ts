import { number } from '../format.js'
import { html, type Content, type Html } from '../html.js'
import { amounts, frame, logLabel, names } from './axes.js'
import { type Drawing } from './draw.js'

export interface Part {
  readonly name: string
  readonly colour: string
  readonly values: readonly number[]
}

/**
 * Lying bars, one below the other, with what each amounts to at its end; of several parts each, if there are.
 * They are markup and no drawing, so that long labels break on a phone in place of being cut. Where one bar
 * would dwarf the rest, and each is of one part, they grow in powers of ten: `inPowers` says so in words.
 */
export function lyingBars(
  labels: readonly Content[],
  parts: readonly Part[],
  ends: readonly Content[],
): Html {
  const sums = labels.map((_, i) => parts.reduce((sum, { values }) => sum + (values[i] ?? 0), 0))
  const length = lengthOf(sums)
  const piece = (part: Part, i: number): Html | null => {
    const [value, sum] = [part.values[i] ?? 0, sums[i] ?? 0]
    return value === 0
      ? null
      : html`<i style="--w:${((100 * length(sum) * value) / sum).toFixed(2)}%;--c:${part.colour}"></i>`
  }
  return html`<dl class="bars">${labels.map((label, i) => html`<div><dt>${label}</dt><dd class="track">${parts.map(part => piece(part, i))}</dd><dd class="end">${ends[i]}</dd></div>`)}</dl>`
}

/** How long a bar is, as a part of the longest. */
function lengthOf(sums: readonly number[]): (sum: number) => number {
  const most = Math.max(...sums)
  if (!dwarfs(sums)) return sum => sum / most
  const least = Math.min(...sums.filter(sum => sum > 0))
  return sum => (1 + Math.log10(sum / least)) / (1 + Math.log10(most / least))
}

/** What is to be said of bars that grow in powers of ten; nothing of others. */
export function inPowers(sums: readonly number[]): string {
  return dwarfs(sums) ? ' The bars grow in powers of ten, since one would dwarf the rest.' : ''
}

/** What the axes of standing bars say. */
export interface Axes {
  readonly x: string
  readonly y: string
}

/** Where one bar is so many times as long as the next, the others cannot be told apart on an even scale. */
const DWARFS = 5

/**
 * Standing bars over classes of amounts: how often each occurs. The scale grows in powers of ten where one
 * bar would dwarf the rest.
 */
export function histogram(
  labels: readonly string[],
  values: readonly number[],
  fill: string,
  { axes, height }: { axes: Axes; height: number },
): Drawing {
  const isLog = dwarfs(values)
  const scale = isLog
    ? { type: 'log', min: 0.5, name: `${axes.y}, in powers of ten`, axisLabel: logLabel }
    : { splitNumber: 3, name: axes.y }
  return {
    height,
    option: {
      grid: frame(values, { top: 28, bottom: 44, right: 6 }),
      xAxis: names(labels, { name: axes.x, axisLabel: { fontSize: 10.5, hideOverlap: true } }),
      yAxis: amounts(scale),
      series: [
        {
          type: 'bar',
          data: values.map(value => (isLog && value === 0 ? null : value)),
          barCategoryGap: '12%',
          barMaxWidth: 56,
          itemStyle: { color: fill },
        },
      ],
    },
  }
}

function dwarfs(values: readonly number[]): boolean {
  const [first = 0, second = 0] = values.toSorted((a, b) => b - a)
  return second > 0 && first >= DWARFS * second
}

/** Standing bars with their amount on top, for few. */
export function standingBars(
  labels: readonly string[],
  values: readonly number[],
  fill: string,
  axes: Axes,
): Drawing {
  return {
    height: 252,
    option: {
      // The title stands above the amount on a bar that is as high as the scale.
      grid: frame(values, { top: 52, bottom: 44, right: 8 }),
      xAxis: names(labels, { name: axes.x }),
      yAxis: amounts({ splitNumber: 3, name: axes.y, nameGap: 22 }),
      series: [
        {
          type: 'bar',
          data: values,
          barMaxWidth: 64,
          itemStyle: { color: fill },
          label: {
            show: true,
            position: 'top',
            color: 'var(--muted)',
            fontSize: 11.5,
            formatter: ({ value }: { value: number }) => number(value),
          },
        },
      ],
    },
  }
}
