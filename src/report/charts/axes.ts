import { short } from '../format.js'
import { colour } from './draw.js'

const label = { color: colour.muted, fontSize: 11.5 }

/** An axis of amounts, with fine lines across. */
export const amounts = (more: object = {}): object => ({
  type: 'value',
  axisLabel: { ...label, formatter: short },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: colour.rule, width: 1 } },
  splitNumber: 4,
  minInterval: 1,
  ...more,
})

/** An axis of names. */
export const names = (data: readonly string[], { axisLabel, ...more }: { readonly axisLabel?: object; readonly [key: string]: unknown } = {}): object => ({
  type: 'category',
  data,
  axisLabel: { ...label, ...axisLabel },
  axisLine: { lineStyle: { color: colour.rule } },
  axisTick: { show: false },
  ...more,
})
