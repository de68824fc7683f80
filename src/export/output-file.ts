import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { AppError, isNoRoom, messageOf } from '../errors.js'
import type { Sink, WrittenFile } from './contract.js'

const BUFFER_BYTES = 1 << 20

/** One file being written: counts and hashes on the way. */
export class OutputFile implements Sink {
  readonly #name: string
  readonly #done: (file: WrittenFile) => void
  readonly #hash = createHash('sha256')
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #fd: number | undefined
  #used = 0
  #bytes = 0

  constructor(name: string, path: string, done: (file: WrittenFile) => void) {
    this.#name = name
    this.#done = done
    this.#fd = openSync(path, 'wx')
  }

  /** @throws AppError `output-full` */
  write(chunk: string | Uint8Array): void {
    const size = typeof chunk === 'string' ? chunk.length * 3 : chunk.byteLength
    if (this.#used + size > BUFFER_BYTES) this.#flush()
    if (size > BUFFER_BYTES) return this.#put(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    if (typeof chunk === 'string') this.#used += this.#buffer.write(chunk, this.#used)
    else {
      this.#buffer.set(chunk, this.#used)
      this.#used += chunk.byteLength
    }
  }

  /** Ends the file: from here on it survives a power cut. */
  close(): WrittenFile {
    this.#flush()
    try {
      if (this.#fd !== undefined) fsyncSync(this.#fd)
    } catch (error) {
      throw outputError(error, this.#name)
    }
    this.abandon()
    const file = { path: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
    this.#done(file)
    return file
  }

  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #flush(): void {
    if (this.#used > 0) this.#put(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }

  #put(bytes: Uint8Array): void {
    if (this.#fd === undefined) throw new Error(`${this.#name} is closed`)
    try {
      for (let done = 0; done < bytes.byteLength;) done += writeSync(this.#fd, bytes, done)
    } catch (error) {
      throw outputError(error, this.#name)
    }
    this.#hash.update(bytes)
    this.#bytes += bytes.byteLength
  }
}

/** What the file system says, as one of the catalogue's errors. */
export function outputError(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error
  if (isNoRoom(error)) return new AppError('output-full', `${path}: ${messageOf(error)}`, { cause: error })
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string'
    ? new AppError('bad-output', `${path}: ${messageOf(error)}`, { cause: error })
    : error
}
