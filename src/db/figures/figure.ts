/**
 * A question whose answer is a figure of the report, in SQL that stands for itself: no parameters, no
 * temporary tables.
 */
export interface Figure<Row extends object> {
  readonly sql: string
  /** What a row is; never there, it ties the type to the SQL. */
  readonly row?: Row
}

/** SQL as it is written beside the figure: without the indentation that it has in the source. */
export function figure<Row extends object>(sql: string): Figure<Row> {
  const lines = sql
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n')
  const indents = lines.filter(line => line.trim() !== '').map(line => /^ */.exec(line)?.[0].length ?? 0)
  const least = Math.min(...indents)
  return { sql: lines.map(line => line.slice(least)).join('\n') }
}
