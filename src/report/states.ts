/** The states of a listing, best first, with the colour of each. */
export const STATES = [
  ['complete', 'var(--good)'],
  ['repeats', 'var(--c3)'],
  ['capped', 'var(--c5)'],
  ['budget', 'var(--c4)'],
  ['in progress', 'var(--c1)'],
  ['abandoned', 'var(--c6)'],
  ['private', 'var(--mute1)'],
  ['gone', 'var(--mute2)'],
  ['not found', 'var(--mute3)'],
  ['failed', 'var(--bad)'],
] as const
