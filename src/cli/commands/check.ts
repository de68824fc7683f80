import { NOBODY } from '../../api/index.js'
import { monotonicMs } from '../../clock.js'
import type { Fault } from '../../db/index.js'
import { boundOf, checkApart } from '../check/apart.js'
import { ExitCode } from '../../errors.js'
import { count, cut, duration, number } from '../format.js'
import type { Command } from '../command.js'
import type { Output } from '../output.js'

/** Steps of a large database take seconds: somebody who waits is told. */
const QUIET_MS = 3_000

export const checkCommand: Command<object> = {
  command: 'check',
  describe: 'Look whether the database is sound: file, relations, ledger, checkpoints, values',
  answers: true,
  builder: yargs =>
    yargs
      .example('$0 check --db study.db', 'one line if it is sound, a list of what is wrong if not')
      .example('$0 check --json', 'the same for a program')
      .epilogue(
        'Changes nothing, and can be used while a crawl goes on. Where the file itself is broken ' +
          'nothing else is looked for, and what does not end is given up. Ends with 0 if the ' +
          'database is sound, with 3 if something is wrong, and with 2 if it cannot be opened at ' +
          'all.',
      ) as never,
  run: async ({ db, noProgress }, { output }) => {
    const started = monotonicMs()
    const { faults, skipped } = await checkApart(db, {
      nobody: NOBODY,
      boundMs: boundOf(db),
      onStep: noProgress ? () => undefined : progressTo(output, started),
    })
    const ms = monotonicMs() - started
    if (faults.length === 0) output.print(`${db} is sound (${duration(ms)}).`)
    for (const fault of faults) output.print(lineOf(fault))
    if (skipped > 0)
      output.print(
        `${count(skipped, 'thing')} not looked for: the file itself is broken, and what it tells ` +
          'cannot be trusted.',
      )
    if (faults.length > 0)
      output.failure(
        `${db} is not sound: ${count(faults.length, 'fault')} — keep the file, and make a copy before anything else; \`sora-crawl replay\` can rebuild tables from raw pages that are whole.`,
      )
    output.json('check', { db, sound: faults.length === 0, faults, skipped })
    return faults.length === 0 ? ExitCode.finished : ExitCode.streamsFailed
  },
}

function lineOf({ part, fault, count: rows, examples }: Fault): string {
  const shown =
    examples.length === 0
      ? ''
      : `: ${examples.map(example => cut(example, 60)).join(', ')}${rows > examples.length ? ', …' : ''}`
  return `${part}: ${fault} (${number(rows)})${shown}`
}

function progressTo(output: Output, started: number): (done: number, all: number) => void {
  let last = started
  return (done, all) => {
    if (done === 0 || monotonicMs() - last < QUIET_MS) return
    last = monotonicMs()
    output.note(`Checked ${number(done)} of ${count(all, 'thing')}.`)
  }
}
