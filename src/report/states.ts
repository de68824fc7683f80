/** The states of a listing, best first, with the colour of each: no two that often meet look alike. */
export const STATES = [
  ['complete', 'var(--good)'],
  ['repeats', 'var(--fair)'],
  ['capped', 'var(--c5)'],
  ['budget', 'var(--c4)'],
  ['in progress', 'var(--c1)'],
  ['abandoned', 'var(--left)'],
  ['private', 'var(--mute1)'],
  ['gone', 'var(--mute2)'],
  ['not found', 'var(--mute3)'],
  ['failed', 'var(--bad)'],
] as const
