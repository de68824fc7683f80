import { createInterface } from 'node:readline/promises'
import type { BudgetCaps, Estimate } from '../crawl/index.js'
import { shownText } from '../errors.js'
import { dollars } from './format.js'
import { estimateText } from './estimate-text.js'

export interface Confirmation {
  /** Millionths of a dollar above which a person is asked. */
  readonly above: number
  /** True where the answer is given beforehand. */
  readonly yes: boolean
}

/** Lines of the estimate that are shown before the question: it must still be on the screen. */
const LINES_SHOWN = 20

/**
 * Asks on an interactive terminal before a crawl may spend more than it should without a word; never anywhere
 * else.
 * @returns whether to go on
 */
export async function maySpend(
  estimate: Estimate,
  caps: BudgetCaps,
  { above, yes }: Confirmation,
): Promise<boolean> {
  if (!mayAsk({ yes }) || mostOf(caps, estimate) <= above) return true
  const isKnown = estimate.unknown.length === 0
  if (isKnown && estimate.total.high.cost <= above) return true
  process.stderr.write(`${shownText(estimateText(estimate, LINES_SHOWN))}\n\n`)
  return isYes(
    `This can cost more than ${dollars(above)}${isKnown ? '' : ' (part of it is not known)'}; ` +
      `--max-cost ${Math.max(1, Math.ceil(above / 1_000_000))} would stop it there. Go on? [y/N] `,
  )
}

/** False where the answer is given beforehand, or nobody is there: no estimate is needed then. */
export function mayAsk({ yes }: Pick<Confirmation, 'yes'>): boolean {
  return !yes && canAsk()
}

/** What the caps let an invocation spend at most, in millionths of a dollar. */
function mostOf({ maxRequests, maxCost }: BudgetCaps, { dearest }: Estimate): number {
  return Math.min(maxCost ?? Infinity, maxRequests === null ? Infinity : maxRequests * dearest)
}

/** Whether there is a person who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Whether a person says yes; Ctrl-C and Ctrl-D, which end the asking without an answer, are a no. */
export async function isYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>(resolve => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(question).catch(() => ''), ended])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
