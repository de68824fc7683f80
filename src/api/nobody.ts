/** Ids, in lower case, that stand where a user's id would, for an author who is not shown. */
export const NOBODY: readonly string[] = ['anonymous', 'deleted', 'removed', 'unknown'].flatMap(word => [
  word,
  `[${word}]`,
  `${word}_user`,
  `${word}-user`,
])

const words = new Set(NOBODY)
/** A UUID of zeros. */
const ZEROS = /^0+(?:-0+)+$/

/**
 * Whether an id is a placeholder for nobody. The ids of real users say what they are: `user-…` and `ch_…` are
 * users, whatever follows.
 */
export function isNobody(id: string): boolean {
  return words.has(id.toLowerCase()) || ZEROS.test(id)
}
