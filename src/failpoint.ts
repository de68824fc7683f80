/** Moments at which the program may die. Tests kill it at each; one that no test reaches fails a test. */
export const failpoints = [
  'mid-migration',
  'before-reserve',
  'mid-reserve',
  'after-reserve',
  'before-send',
  'after-answer',
  'mid-commit',
  'after-commit',
  'mid-refusal',
  'after-refusal',
  'mid-close',
  'before-checkpoint',
  'mid-prune',
  'mid-forget',
  'before-wipe',
  'mid-wipe',
  'mid-replay',
  'before-replay-commit',
  'mid-import',
  'mid-export',
] as const
export type Failpoint = (typeof failpoints)[number]

let hook: ((point: Failpoint) => void) | undefined

/**
 * Marks a moment. Does nothing, unless a test has put its hook there: nothing that a user can set reaches it.
 */
export function failpoint(point: Failpoint): void {
  hook?.(point)
}

/**
 * For tests: what happens at every failpoint from now on; it may end the process, throw, or not come back for
 * a while.
 */
export function onFailpoint(act: ((point: Failpoint) => void) | undefined): void {
  hook = act
}
