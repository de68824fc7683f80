import { setImmediate } from 'node:timers/promises'
import { oneLine, shownText } from '../errors.js'
import type { Answer, AnswerName } from './answers/index.js'
import { showsColours } from './colour.js'
import { columns, type Cell, type ColumnsOptions } from './columns.js'
import { widthOf, wrap } from './help/text.js'
import { Outlet } from './outlet.js'

/** Where words go: results to stdout (as text, or as one JSON value), everything else to stderr. */
export class Output {
  readonly isJson: boolean
  readonly #stdout = new Outlet(process.stdout, 'stdout')
  readonly #stderr = new Outlet(process.stderr, 'stderr')
  /** How something is written to stderr beside what is redrawn there. */
  beside: (write: () => void) => void = write => write()

  constructor({ json }: { json: boolean }) {
    this.isJson = json
  }

  /** Part of a command's result, for people; nothing under `--json`. */
  print(text: string): void {
    if (!this.isJson) this.#stdout.write(`${fitted(shown(text), process.stdout)}\n`)
  }

  /** Rows as columns that fit the screen, for people. */
  table(rows: readonly (readonly Cell[])[], options: ColumnsOptions = {}): void {
    if (this.isJson || rows.length === 0) return
    // Cells are safe to show; what a terminal would obey here are the colours alone.
    this.#stdout.write(`${columns(rows, { ...options, isColourful: showsColours() })}\n`)
  }

  /**
   * Raw text to stdout, at the pace of whoever reads it. @returns false once nobody does, or it cannot be
   * written
   */
  async write(text: string): Promise<boolean> {
    if (!this.#isHeard()) return false
    if (!this.#stdout.write(shown(text))) await this.#stdout.drained()
    return this.#isHeard()
  }

  /** A command's result in the form that its schema has; only under `--json`. */
  json<N extends AnswerName>(_name: N, value: Answer<N>): void {
    if (this.isJson) this.#stdout.write(`${shown(JSON.stringify(value, null, 2))}\n`)
  }

  /** A line of JSON, whether or not `--json` is given. */
  jsonLine<N extends AnswerName>(_name: N, value: Answer<N>): void {
    this.#stdout.write(`${shown(JSON.stringify(value))}\n`)
  }

  /** Something to know, beside the result. */
  note(text: string): void {
    this.beside(() => this.#stderr.write(`${fitted(oneLine(text), process.stderr)}\n`))
  }

  /** Lines that are more than a note, on stderr. */
  noteLines(text: string): void {
    this.beside(() => this.#stderr.write(`${process.stderr.isTTY ? shownText(text) : text}\n`))
  }

  /** The one line that says what went wrong and what to do next. */
  failure(line: string): void {
    this.beside(() => this.#stderr.write(`${fitted(`sora-crawl: ${oneLine(line)}`, process.stderr)}\n`))
  }

  /** Called where something else that writes to stderr could not. */
  stderrFailed(error: unknown): void {
    this.#stderr.failed(error)
  }

  /** Whether lines on stderr can still be read. */
  get isSeen(): boolean {
    return this.#stderr.isOpen
  }

  /** What of our words could not be written until now, and why. */
  get lost(): readonly string[] {
    return [this.#stdout.lost, this.#stderr.lost].filter(one => one !== null)
  }

  /**
   * Why the result of the command could not be written; null if it was. Errors of the last words are waited
   * for.
   */
  async lostResult(): Promise<string | null> {
    await setImmediate()
    return this.#stdout.lost
  }

  #isHeard(): boolean {
    return this.#stdout.isOpen && this.#stdout.lost === null
  }
}

/** Text for stdout: a terminal gets nothing that it would obey, files and pipes get all as it is. */
function shown(text: string): string {
  return process.stdout.isTTY ? shownText(text) : text
}

/**
 * Sentences broken between words where a terminal would break them anywhere; lines that are indented are
 * commands to be copied, and stay.
 */
function fitted(text: string, { isTTY, columns: width }: NodeJS.WriteStream): string {
  // Some terminals do not tell their width.
  if (!isTTY || !(width > 0)) return text
  return text
    .split('\n')
    .flatMap(line => (line.startsWith(' ') || widthOf(line) <= width ? line : wrap(line, width)))
    .join('\n')
}
