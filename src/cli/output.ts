import { oneLine } from '../errors.js'

/** Where words go: results to stdout (as text, or as one JSON value), everything else to stderr. */
export class Output {
  readonly isJson: boolean
  #isRead = true
  /** How something is written to stderr beside what is redrawn there. */
  beside: (write: () => void) => void = (write) => write()

  constructor({ json }: { json: boolean }) {
    this.isJson = json
    process.stderr.on('error', ignoreClosedPipe)
    process.stdout.on('error', (error) => {
      // Node gives stdout back as if nothing had happened: it is never "destroyed".
      this.#isRead = false
      ignoreClosedPipe(error)
    })
  }

  /** Part of a command's result, for people; nothing under `--json`. */
  print(text: string): void {
    if (!this.isJson) process.stdout.write(`${text}\n`)
  }

  /** Raw text to stdout, at the pace of whoever reads it. @returns false once nobody does */
  async write(text: string): Promise<boolean> {
    if (!this.#isRead) return false
    if (!process.stdout.write(text)) await drainedOrClosed(process.stdout)
    return this.#isRead
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

/** Leaves no listener behind: one is waited for at every pause of a long output. */
function drainedOrClosed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done).off('error', done)
      resolve()
    }
    stream.on('drain', done).on('close', done).on('error', done)
  })
}
