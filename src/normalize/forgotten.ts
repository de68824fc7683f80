/** Who has been forgotten, as far as redaction asks; the store answers from hashes alone. */
export interface Forgotten {
  /** Whether it is the id of a forgotten person, or of a post or comment that went with one. */
  isId(text: string): boolean
  /** Whether it is a handle of a forgotten person; in any spelling where it is used as one (`@Name`). */
  isName(word: string, inAnyCase: boolean): boolean
  /** Another handle of a forgotten person, or another post or comment of one, has been met. */
  remember(kind: 'item' | 'name', text: string): void
}
