import { Zip, ZipDeflate } from 'fflate'
import { AppError } from '../../errors.js'
import type { Sink } from '../contract.js'

/** The library writes archives of the first form, whose places and sizes have 32 bits. */
const MOST_BYTES = 2 ** 32 - 1
/** Far less time than the next level, for files a few per cent larger. */
const LEVEL = 3
/** So that the same rows are the same bytes: the first time that an archive can name. */
const TIME = new Date(1980, 0, 1)

/** An archive that is written part after part, each as it comes. */
export class ZipWriter {
  readonly #sink: Sink
  readonly #zip: Zip
  #bytes = 0

  /** @throws AppError `bad-usage` from any method, where it becomes larger than an archive can be */
  constructor(sink: Sink) {
    this.#sink = sink
    this.#zip = new Zip((error, chunk) => {
      if (error !== null) throw error
      this.#put(chunk)
    })
  }

  /** Begins a part; one is written at a time. */
  part(name: string): ZipPart {
    const entry = new ZipDeflate(name, { level: LEVEL })
    entry.mtime = TIME
    this.#zip.add(entry)
    return new ZipPart(entry)
  }

  end(): void {
    this.#zip.end()
  }

  #put(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    if (this.#bytes > MOST_BYTES)
      throw new AppError(
        'bad-usage',
        'a workbook of these rows is larger than 4 GB; name fewer --tables, or another --format',
      )
    this.#sink.write(chunk)
  }
}

/** A part of the archive, as text. */
export class ZipPart {
  readonly #entry: ZipDeflate
  #bytes = 0

  constructor(entry: ZipDeflate) {
    this.#entry = entry
  }

  /** Bytes written so far, before they are made smaller. */
  get bytes(): number {
    return this.#bytes
  }

  write(text: string): void {
    const bytes = Buffer.from(text)
    this.#bytes += bytes.byteLength
    this.#entry.push(bytes)
  }

  end(text: string): void {
    this.#entry.push(Buffer.from(text), true)
  }
}
