import { keepText, keptText, openEnvelope, routes, type ReadRoute, type Reply } from '../api/index.js'
import type { ForgottenPeople } from '../db/index.js'
import { redactBody, redactText } from '../normalize/index.js'
import type { PlannedSeed } from './plan.js'

/**
 * An answer without the people whom the database was told to forget: neither the page nor the body that is
 * kept tells of them. Where nobody has been forgotten this costs nothing.
 */
export function withoutForgotten(reply: Reply, route: ReadRoute, forgotten: ForgottenPeople | null): Reply {
  if (forgotten === null || reply.kept === undefined) return reply
  const body = keptText(reply.kept)
  const left = redactBody(body, forgotten)
  if (left === body) return reply
  const kept = keepText(left)
  if (reply.kind === 'refusal') return { ...reply, kept, message: redactText(reply.message, forgotten) }
  // A cursor can carry the id of the last record served: it is left out of what is kept, and used all the
  // same.
  const { next, hasMore, badCursor } = reply.page
  return { ...reply, kept, page: { ...openEnvelope(left, routes[route].shape), next, hasMore, badCursor } }
}

/** The seeds of a command without those that name a forgotten person, or a post of one. */
export function seedsOfOthers(
  seeds: readonly PlannedSeed[],
  forgotten: ForgottenPeople | null,
): { kept: readonly PlannedSeed[]; left: readonly string[] } {
  if (forgotten === null) return { kept: seeds, left: [] }
  const isTheirs = ({ seed: { kind, id } }: PlannedSeed): boolean =>
    kind === 'handle' || kind === 'query' ? forgotten.isName(id, true) : forgotten.isId(id)
  return {
    kept: seeds.filter(seed => !isTheirs(seed)),
    left: seeds.filter(isTheirs).map(({ seed }) => seed.text),
  }
}
