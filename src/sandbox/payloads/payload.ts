import type { World } from '../world/index.js'
import type { Signer } from './media.js'

/** A JSON object as the API serves it. */
export type Payload = Record<string, unknown>

/**
 * Which of the two known spellings a sandbox speaks: `native`, the platform's own (wrappers, `description`,
 * `verified`…), or `contract`, that of the gateway's notes (flat comments and remixes, `bio`, `is_verified`…).
 */
export type Form = 'native' | 'contract'

/** What every payload is made from. */
export interface Studio {
  readonly world: World
  readonly form: Form
  readonly signer: Signer
}
