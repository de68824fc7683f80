import { number } from '../format.js'
import { colour } from './draw.js'

const FONT_SIZE = 11.5
const label = { color: colour.muted, fontSize: FONT_SIZE }

/** The labels of a scale in powers of ten that begins below 1, so that a bar of 1 can be seen. */
export const logLabel = { ...label, formatter: (value: number) => (value < 1 ? '' : number(value)) }

/** An axis of amounts, with fine lines across; its title stands above it. */
export const amounts = (more: object = {}): object => ({
  type: 'value',
  axisLabel: { ...label, formatter: (value: number) => number(value) },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: colour.rule, width: 1 } },
  splitNumber: 4,
  minInterval: 1,
  nameLocation: 'end',
  nameGap: 10,
  nameTextStyle: { ...label, align: 'left' },
  ...more,
})

/** An axis of names; its title stands below it. */
export const names = (
  data: readonly string[],
  { axisLabel, ...more }: { readonly axisLabel?: object; readonly [key: string]: unknown } = {},
): object => ({
  type: 'category',
  data,
  axisLabel: { ...label, ...axisLabel },
  axisLine: { lineStyle: { color: colour.rule } },
  axisTick: { show: false },
  nameLocation: 'middle',
  nameGap: 26,
  nameTextStyle: label,
  ...more,
})

/** The room that the labels of an axis of amounts take, in pixels. */
export function labelRoom(values: readonly number[]): number {
  const most = Math.max(1, ...values.map(Math.abs))
  // An axis ends at a round number, which can have one digit more.
  return 16 + 0.58 * FONT_SIZE * number(Math.ceil(most * 1.2)).length
}

/** The place of a drawing between its axes, so wide that no label of an amount is cut. */
export function frame(
  values: readonly number[],
  margins: { readonly top?: number; readonly bottom?: number; readonly right: number },
): object {
  return { left: Math.max(36, labelRoom(values)), ...margins }
}
