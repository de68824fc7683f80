/** SQL that is true of a row whose counters tell that a listing is empty: one of them is told, and none as anything but 0. */
export function toldEmpty(counters: readonly string[]): string {
  const isTold = counters.map((name) => `${name} IS NOT NULL`).join(' OR ')
  return `((${isTold}) AND ${counters.map((name) => `coalesce(${name}, 0) = 0`).join(' AND ')})`
}
