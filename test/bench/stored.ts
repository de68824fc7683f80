/** What reading stored answers costs beside the ceiling without its network. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiled } from './compiled.js'
import { clear, expectSameRows } from './crawl.js'
import { table, type Line, type Table } from './figures.js'
import { measure, median, PROGRAM, type Usage } from './processes.js'
import type { Study } from './study.js'

const CEILING = compiled('ceiling', 'ceiling-writer', 'world')
/** The part of the ceiling's speed that is to be reached. */
const GOALS = { 'of the ceiling': { atLeast: 0.8 }, 'peak MB': { atMost: 250 } }

/**
 * `replay` of a database, and `import` of the same answers from a file of lines; the ceiling reads the pages,
 * or the same file.
 */
export async function benchStored(
  { db, answers, pages }: Study,
  folder: string,
  rounds: number,
  which: readonly ('replay' | 'import')[],
): Promise<Table> {
  const lines: Line[] = []
  for (const name of which) {
    const file = { ours: join(folder, `${name}.db`), ceiling: join(folder, 'stored-ceiling.db') }
    const ours: Usage[] = []
    const ceilings: Usage[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const one of Object.values(file)) clear(one)
      if (name === 'replay') copyFileSync(db, file.ours)
      ceilings.push(
        await measure({
          args: [
            CEILING,
            name === 'replay' ? '--pages' : '--answers',
            name === 'replay' ? db : answers,
            file.ceiling,
          ],
        }),
      )
      ours.push(
        await measure({
          args: [PROGRAM, name, ...(name === 'import' ? [answers] : []), '--db', file.ours, '--no-progress'],
        }),
      )
      expectSameRows(file.ours, file.ceiling)
    }
    const speeds = ours.map(({ cpuMs }, i) => (ceilings[i]?.cpuMs ?? Number.NaN) / cpuMs)
    lines.push(
      { what: name, figures: { ...figuresOf(ours, pages), 'of the ceiling': median(speeds) }, goals: GOALS },
      { what: `ceiling of ${name}`, figures: figuresOf(ceilings, pages) },
    )
  }
  return table(
    'Stored answers',
    `${pages} pages, beside the same rows written by hand without a network`,
    lines,
  )
}

function figuresOf(usages: readonly Usage[], pages: number): Record<string, number> {
  const all = usages.map(({ cpuMs }) => cpuMs / pages)
  return {
    'CPU ms a page': median(all),
    'pages a second of CPU': 1000 / median(all),
    'peak MB': median(usages.map(({ peakMb }) => peakMb)),
  }
}
