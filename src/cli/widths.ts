/* How columns share the width of a screen; pure. */

/** Wishes as far as there is room: small ones wholly, the large ones alike. */
export function evenly(wishes: readonly number[], room: number): number[] {
  const given = wishes.map(() => 0)
  let left = Math.max(0, room)
  const order = wishes.map((wish, i) => ({ wish, i })).toSorted((a, b) => a.wish - b.wish)
  for (const [n, { wish, i }] of order.entries()) {
    const share = Math.min(wish, Math.floor(left / (order.length - n)))
    given[i] = share
    left -= share
  }
  return given
}

/**
 * What each column gets of the room: all that it wishes where that fits, else its least, and of the rest as
 * much as the others.
 */
export function shared(wishes: readonly number[], least: readonly number[], room: number): number[] {
  if (sum(wishes) <= room) return [...wishes]
  const given = evenly(least, room)
  const more = evenly(
    wishes.map((wish, i) => wish - (given[i] ?? 0)),
    room - sum(given),
  )
  return given.map((own, i) => own + (more[i] ?? 0))
}

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
