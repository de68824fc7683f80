import type { Row } from '../../db/index.js'
import type { RowSource, Sink } from '../contract.js'

const BATCH_ROWS = 500
const BATCH_LENGTH = 65_536

/** Writes a line for each row, many at a time, as a format's `write` does. */
export function* writeLines(
  source: RowSource,
  sink: Sink,
  line: (row: Row) => string,
): Generator<number, void> {
  let lines = ''
  let rows = 0
  for (const row of source.rows()) {
    lines += line(row)
    rows += 1
    if (rows < BATCH_ROWS && lines.length < BATCH_LENGTH) continue
    sink.write(lines)
    yield rows
    lines = ''
    rows = 0
  }
  sink.write(lines)
  yield rows
}
