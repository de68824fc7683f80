/**
 * Valid answers of every crawler's route, in both forms, from the independent world: what mutations start
 * from.
 */
import type { Crawler } from '../../../src/crawl/index.js'
import type { Candidate } from '../../../src/db/index.js'
import { dataOf } from '../../support/world/answers.js'
import { envelope } from '../../support/world/gateway.js'
import type { Form, Gateway, Route, World } from '../../support/world/model.js'
import { signedUrl, type Wire } from '../../support/world/wire.js'
import type { Json } from './hostile.js'

export const FORMS: readonly Form[] = ['native', 'contract']
export const GATEWAYS: readonly Gateway[] = ['tikhub', 'tikomni']

/**
 * Records on a page: enough for neighbours and a next page, and few, so that a mutation meets what matters.
 */
const PAGE_SIZE = 2

export class Answers {
  readonly #wires: Record<Form, Wire>
  readonly #texts = new Map<string, string>()

  constructor(world: World) {
    const wire = (form: Form): Wire => ({
      world,
      form,
      sign: (path, expires) => signedUrl(path, expires, 'x'),
    })
    this.#wires = { native: wire('native'), contract: wire('contract') }
  }

  /** The valid answer to the first page of a listing, as a document of its own. */
  first(form: Form, gateway: Gateway, { route }: Crawler, { subject }: Candidate): Json {
    return this.at(form, gateway, { route, subject: subject.id, cursor: '' }) ?? null
  }

  /** The valid answer to any page; undefined where the world refuses the cursor. */
  at(
    form: Form,
    gateway: Gateway,
    { route, subject, cursor }: { route: string; subject: string; cursor: string },
  ): Json | undefined {
    const key = JSON.stringify([form, gateway, route, subject, cursor])
    const known = this.#texts.get(key)
    if (known !== undefined) return JSON.parse(known) as Json
    const data = dataOf(this.#wires[form], route as Route, subject, cursor, PAGE_SIZE)
    if (data === 'bad cursor') return undefined
    const text = JSON.stringify(
      envelope(gateway, { route, params: { subject, cursor }, n: 1 }, data as never),
    )
    this.#texts.set(key, text)
    return JSON.parse(text) as Json
  }
}
