/** What a measurement found, and how it is shown. */
import { loadavg } from 'node:os'

/** What a figure has to be. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number }

/** One line of a table. */
export interface Line {
  readonly what: string
  /** By their names, units included. */
  readonly figures: Readonly<Record<string, number>>
  /** What some of them have to be. */
  readonly goals?: Readonly<Record<string, Goal>>
}

/** What was measured together. */
export interface Table {
  readonly title: string
  /** What it is measured on, and beside what. */
  readonly note: string
  /** Jobs that wait for a core, on average, when it was done. */
  readonly load: number
  readonly lines: readonly Line[]
}

export const table = (title: string, note: string, lines: readonly Line[]): Table => ({
  title,
  note,
  load: loadavg()[0] ?? Number.NaN,
  lines,
})

/** The goals of a line that its figures miss. */
export function missed({ figures, goals = {} }: Line): string[] {
  return Object.entries(goals)
    .filter(([name, goal]) => !holds(figures[name] ?? Number.NaN, goal))
    .map(([name, goal]) => `${name} ${goalText(goal)}`)
}

export function print({ title, note, load, lines }: Table): void {
  process.stdout.write(`\n${title}: ${note} (load ${load.toFixed(1)})\n`)
  const rows = lines.map((line): [string, Record<string, string>] => {
    const goals = Object.entries(line.goals ?? {}).map(([name, goal]) => `${name} ${goalText(goal)}`)
    const misses = missed(line)
    const verdict =
      goals.length === 0
        ? ''
        : misses.length === 0
          ? `met: ${goals.join(', ')}`
          : `MISSED: ${misses.join(', ')}`
    return [
      line.what,
      {
        ...Object.fromEntries(Object.entries(line.figures).map(([name, value]) => [name, short(value)])),
        goal: verdict,
      },
    ]
  })
  console.table(Object.fromEntries(rows))
}

function holds(value: number, goal: Goal): boolean {
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
}

const goalText = (goal: Goal): string => ('atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`)

/** Three digits that count. */
export function short(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}
