import type { World } from '../world/index.js'
import type { Signer } from './media.js'
import type { Form } from './payload.js'

/** What every payload is made from. */
export interface Studio {
  readonly world: World
  readonly form: Form
  readonly signer: Signer
}
