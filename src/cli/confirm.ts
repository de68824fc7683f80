import { createInterface } from 'node:readline/promises'
import type { BudgetCaps, Estimate } from '../crawl/index.js'
import { dollars } from './format.js'
import { estimateText } from './estimate-text.js'

export interface Confirmation {
  /** Millionths of a dollar above which a person is asked. */
  readonly above: number
  /** True where the answer is given beforehand. */
  readonly yes: boolean
}

/**
 * Asks on an interactive terminal before a crawl may spend more than it should without a word; never anywhere else.
 * @returns whether to go on
 */
export async function maySpend(estimate: Estimate, caps: BudgetCaps, { above, yes }: Confirmation): Promise<boolean> {
  const isAsking = !yes && process.stdin.isTTY && process.stderr.isTTY
  if (!isAsking || (caps.maxCost !== null && caps.maxCost <= above)) return true
  const isKnown = estimate.unknown.length === 0
  if (isKnown && estimate.total.high.cost <= above) return true
  process.stderr.write(`${estimateText(estimate)}\n\n`)
  const question = `This can cost more than ${dollars(above)}${isKnown ? '' : ' (part of it is not known)'}. Go on? [y/N] `
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } catch {
    // Ctrl-C or Ctrl-D at the question is a no.
    return false
  } finally {
    terminal.close()
  }
}
