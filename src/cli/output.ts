import { once } from 'node:events'
import { oneLine } from '../errors.js'

/** Where words go: results to stdout (as text, or as one JSON value), everything else to stderr. */
export class Output {
  readonly isJson: boolean
  /** How something is written to stderr beside what is redrawn there. */
  beside: (write: () => void) => void = (write) => write()

  constructor({ json }: { json: boolean }) {
    this.isJson = json
    for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  }

  /** Part of a command's result, for people; nothing under `--json`. */
  print(text: string): void {
    if (!this.isJson) process.stdout.write(`${text}\n`)
  }

  /** Raw text to stdout, at the pace of whoever reads it. @returns false once nobody does */
  async write(text: string): Promise<boolean> {
    if (process.stdout.destroyed) return false
    if (!process.stdout.write(text)) await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => undefined)
    return !process.stdout.destroyed
  }

  /** A command's result; only under `--json`. */
  json(value: unknown): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** Something to know, beside the result. */
  note(text: string): void {
    this.beside(() => process.stderr.write(`${oneLine(text)}\n`))
  }

  /** The one line that says what went wrong and what to do next. */
  failure(line: string): void {
    this.beside(() => process.stderr.write(`sora-crawl: ${oneLine(line)}\n`))
  }
}

/** Whoever read our output (`| head`) has had enough; the work goes on and its exit code still counts. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
