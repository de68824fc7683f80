import { oneLine } from '../errors.js'

/** Where words go: results to stdout (as text, or as one JSON value), everything else to stderr. */
export class Output {
  readonly isJson: boolean

  constructor({ json }: { json: boolean }) {
    this.isJson = json
  }

  /** Part of a command's result, for people; nothing under `--json`. */
  print(text: string): void {
    if (!this.isJson) process.stdout.write(`${text}\n`)
  }

  /** A command's result; only under `--json`. */
  json(value: unknown): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** Something to know, beside the result. */
  note(text: string): void {
    process.stderr.write(`${oneLine(text)}\n`)
  }

  /** The one line that says what went wrong and what to do next. */
  failure(line: string): void {
    process.stderr.write(`sora-crawl: ${oneLine(line)}\n`)
  }
}
