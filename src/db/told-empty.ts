/**
 * SQL that is true of a row whose counters tell that a listing is empty: one of them is told, and none as anything but 0. What is shown as
 * deleted tells zeros that are not taken for counters: where nothing else is known, they spare the listing all the same.
 * @param deletedAt the column that says of posts and comments when they were deleted
 */
export function toldEmpty(counters: readonly string[], deletedAt?: string): string {
  const isTold = [...counters, ...(deletedAt === undefined ? [] : [deletedAt])].map((name) => `${name} IS NOT NULL`).join(' OR ')
  return `((${isTold}) AND ${counters.map((name) => `coalesce(${name}, 0) = 0`).join(' AND ')})`
}

/** SQL for a counter of a post or comment as gates take it: the same rule. */
export function gatingCounter(name: string): string {
  return `iif(tombstoned_at IS NULL, ${name}, coalesce(${name}, 0)) AS ${name}`
}
