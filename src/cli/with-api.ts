import { readRoutes, type MicroUsd, type ReadRoute } from '../api/index.js'
import { apiSettings, priceSettings, readEnvironment, type ApiSettings } from '../config.js'
import type { Origin } from '../db/index.js'
import { settingWarnings } from '../setting-warnings.js'
import type { Output } from './output.js'
import { inSandbox, type SandboxFlags } from './with-sandbox.js'

/**
 * Requests a second: gateways allow about ten, and the account is shared with whatever else the user runs.
 */
export const DEFAULT_RATE = 5
/** The sandbox is this machine's own. */
export const SANDBOX_RATE = 200

/** Flags that choose whom to ask, and how fast. */
export interface ApiFlags extends SandboxFlags {
  rate?: number
  sandbox: boolean
}

/** Whom a crawl asks. */
export interface ApiChoice {
  readonly origin: Origin
  readonly api: ApiSettings
  readonly rate: number
  readonly prices: Partial<Record<ReadRoute, MicroUsd>>
}

/**
 * The gateway that the settings choose, with what is to be known of the choice said once, or a sandbox that
 * lives as long as `work`.
 */
export async function withApi<T>(
  flags: ApiFlags,
  output: Output,
  work: (choice: ApiChoice) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment(process.cwd(), process.env)
  const prices = priceSettings(environment, readRoutes)
  if (flags.sandbox)
    return inSandbox(flags, api => work({ origin: 'sandbox', api, rate: flags.rate ?? SANDBOX_RATE, prices }))
  const api = apiSettings(environment)
  for (const line of settingWarnings(api, process.cwd(), process.env)) output.note(line)
  return work({ origin: 'real', api, rate: flags.rate ?? DEFAULT_RATE, prices })
}
