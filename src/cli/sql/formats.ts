import type { SqlValue } from '../../db/index.js'
import { csvLine } from '../csv.js'
import type { Row } from './query-process.js'
import { textOf, type Failure, type RowFormat } from './row-format.js'
import { Table } from './table.js'

export const formatNames = ['table', 'csv', 'json', 'jsonl', 'md'] as const
export type FormatName = (typeof formatNames)[number]

/** @param width columns of the terminal; null where the output is not one */
export function formatOf(name: FormatName, width: number | null): RowFormat {
  if (name === 'table') return new Table(width)
  return { csv: () => csv, json: () => new Json(), jsonl: () => new JsonLines(), md: () => markdown }[name]()
}

/**
 * A value as JSON: integers with all their digits, infinities as numbers that no reader can hold either,
 * BLOBs as hexadecimal digits.
 */
function jsonOf(value: SqlValue): string {
  if (typeof value === 'bigint') return String(value)
  if (value === Infinity || value === -Infinity) return value > 0 ? '9e999' : '-9e999'
  return JSON.stringify(typeof value === 'number' ? value : textOf(value))
}

const csv: RowFormat = {
  begin: columns => csvLine(columns),
  rows: batch => batch.map(row => csvLine(row.map(textOf))).join(''),
  end: () => '',
}

const markdown: RowFormat = {
  begin: columns => `${markdownLine(columns)}${markdownLine(columns.map(() => '---'))}`,
  rows: batch =>
    batch.map(row => markdownLine(row.map(value => escapeMarkdown(textOf(value) ?? '')))).join(''),
  end: () => '',
}

function markdownLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|`*_[\]~]/g, String.raw`\$&`)
    .replaceAll(/\r\n|[\n\r\u2028\u2029]/g, '<br>')
    .replaceAll(/\p{Cc}/gu, ' ')
}

/** One JSON value, `{"columns": […], "rows": [[…], …]}`, written as it comes. */
class Json implements RowFormat {
  #isFirst = true

  begin(columns: readonly string[]): string {
    return `{"columns":${JSON.stringify(columns)},"rows":[`
  }

  rows(batch: readonly Row[]): string {
    const text = batch.map(row => `[${row.map(jsonOf).join(',')}]`).join(',\n')
    const before = this.#isFirst ? '\n' : ',\n'
    this.#isFirst = false
    return before + text
  }

  end(failure: Failure | null): string {
    return failure === null ? '\n]}\n' : `\n],${JSON.stringify(failure).slice(1)}\n`
  }
}

class JsonLines implements RowFormat {
  #names: readonly string[] = []

  begin(columns: readonly string[]): string {
    this.#names = distinct(columns).map(name => JSON.stringify(name))
    return ''
  }

  rows(batch: readonly Row[]): string {
    return batch
      .map(row => `{${row.map((value, i) => `${this.#names[i]}:${jsonOf(value)}`).join(',')}}\n`)
      .join('')
  }

  end(): string {
    return ''
  }
}

/** Names of which none is there twice: an object can hold each only once. */
function distinct(names: readonly string[]): string[] {
  const used = new Set<string>()
  return names.map(name => {
    let own = name
    for (let n = 2; used.has(own); n += 1) own = `${name}:${n}`
    used.add(own)
    return own
  })
}
