import { fstatSync, writeSync } from 'node:fs'
import { messageOf } from '../errors.js'

/**
 * One of the two streams that words go to. Writing never throws and never ends the program: what could not be
 * written is remembered, since the work behind it is worth more than its words.
 */
export class Outlet {
  readonly #stream: NodeJS.WriteStream & { readonly fd: number }
  readonly #name: string
  readonly #isFile: boolean
  #lost: string | null = null
  #isClosed = false

  constructor(stream: NodeJS.WriteStream & { readonly fd: number }, name: string) {
    this.#stream = stream
    this.#name = name
    this.#isFile = !stream.isTTY && isFile(stream.fd)
    // Node gives its streams back as if nothing had happened: they are never "destroyed".
    stream.on('error', error => this.failed(error))
  }

  /** False once nobody is there any more: the reader of a pipe has had enough, the terminal is gone. */
  get isOpen(): boolean {
    return !this.#isClosed
  }

  /**
   * Why some of it could not be written, such as a full disk; null if all was, or if its reader had had
   * enough.
   */
  get lost(): string | null {
    return this.#lost
  }

  /** @returns false where its reader is slower than we are: see {@link drained} */
  write(text: string): boolean {
    if (this.#isClosed) return true
    try {
      if (!this.#isFile) return this.#stream.write(text)
      writeWhole(this.#stream.fd, text)
    } catch (error) {
      this.failed(error)
    }
    return true
  }

  /** Resolves when there is room for more, or nobody to wait for. It leaves no listener behind. */
  drained(): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done).off('error', done)
        resolve()
      }
      this.#stream.on('drain', done).on('close', done).on('error', done)
    })
  }

  /**
   * Notes that something could not be written. A file is tried again, as its disk may have room by then;
   * nothing else is.
   */
  failed(error: unknown): void {
    const isPipe = (error as NodeJS.ErrnoException).code === 'EPIPE'
    this.#isClosed ||= isPipe || !this.#isFile
    if (!isPipe) this.#lost ??= `${this.#name}: ${messageOf(error)}`
  }
}

/** Also a device such as /dev/full. */
function isFile(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || stats.isCharacterDevice()
  } catch {
    return false
  }
}

/** A disk that is nearly full takes a part. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
}
