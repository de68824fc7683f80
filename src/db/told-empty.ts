/**
 * SQL that is true of a post or comment of which only a placeholder was ever seen: it was shown as deleted,
 * and nobody has told whose it was, what it said, when, and how it was liked.
 * @param of what stands before its columns, such as `t.`
 */
export function isPlaceholder(of = ''): string {
  return (
    `(${of}tombstoned_at IS NOT NULL AND ` +
    `${['user_id', 'text', 'posted_at', 'like_count'].map(name => `${of}${name} IS NULL`).join(' AND ')})`
  )
}

/**
 * SQL that is true of a row whose counters tell that a listing is empty: one of them is told, and none as
 * anything but 0. A placeholder shows zeros that are not taken for counters: where nothing else is known,
 * they spare the listing all the same.
 * @param placeholder SQL that is true of a placeholder, where the row can be one
 */
export function toldEmpty(counters: readonly string[], placeholder?: string): string {
  const isTold = [
    ...counters.map(name => `${name} IS NOT NULL`),
    ...(placeholder === undefined ? [] : [placeholder]),
  ].join(' OR ')
  return `((${isTold}) AND ${counters.map(name => `coalesce(${name}, 0) = 0`).join(' AND ')})`
}

/** SQL for a counter of a post or comment as gates take it: the same rule. */
export function gatingCounter(name: string): string {
  return `iif(${isPlaceholder()}, coalesce(${name}, 0), ${name}) AS ${name}`
}
