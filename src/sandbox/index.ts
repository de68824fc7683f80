import type { Gateway } from './envelope.js'
import { prefixes } from './envelope.js'
import { faultMixes, Faults, type FaultMix, type FaultName } from './faults.js'
import { Signer } from './payloads/media.js'
import type { Form } from './payloads/payload.js'
import type { Tally } from './server.js'
import { close, listen } from './server.js'
import { World } from './world/index.js'

/** How a sandbox is started; everything has a default. */
export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  port?: number
  /** Only this machine by default. */
  host?: string
  /** The size of the world: 50. */
  users?: number
  /** Which world: 1. */
  seed?: number
  /** The key that requests must carry: `sandbox-key`. */
  key?: string
  /** What goes wrong: nothing by default. Named mixes are in `faultMixes`. */
  faults?: FaultMix | FaultName | 'none'
  /** Whose spelling payloads follow: the platform's own, `native`, by default. */
  form?: Form
  /**
   * Whose prefix `url` has: `tikomni`. Both prefixes are served, each with its gateway's envelope and errors.
   */
  gateway?: Gateway
}

/** A running sandbox. */
export interface Sandbox {
  /** The prefix to be used as the API's address, up to and including `/sora2`. */
  readonly url: string
  readonly key: string
  /** What has been asked and billed so far: a copy. */
  answered(): Tally
  stop(): Promise<void>
}

/** A world larger than this would not fit the ids of its posts. */
const MOST_USERS = 10_000_000

/** Starts a real HTTP server that speaks the API's contract over a world grown from a seed. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    port = 0,
    host = '127.0.0.1',
    users = 50,
    seed = 1,
    key = 'sandbox-key',
    faults = 'none',
    form = 'native',
    gateway = 'tikomni',
  } = options
  if (!Number.isInteger(users) || users < 1 || users > MOST_USERS)
    throw new RangeError(`users must be a whole number from 1 to ${MOST_USERS}`)
  const tally: Tally = { requests: 0, billed: 0, microUsd: 0, byRoute: {} }
  const studio = { world: new World(seed, users), form, signer: new Signer(seed) }
  const { server, port: got } = await listen(
    {
      studio,
      key,
      faults:
        faults === 'none'
          ? undefined
          : new Faults(seed, typeof faults === 'string' ? faultMixes[faults] : faults),
      tally,
    },
    host,
    port,
  )
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${got}${prefixes[gateway]}`,
    key,
    answered: () => ({ ...tally, byRoute: { ...tally.byRoute } }),
    stop: () => close(server),
  }
}

export type { Gateway } from './envelope.js'
export { faultMixes, type FaultKind, type FaultMix, type FaultName } from './faults.js'
export type { Form } from './payloads/payload.js'
export type { Tally } from './server.js'
