import { createHmac, randomBytes } from 'node:crypto'
import { now } from '../clock.js'
import type { Sqlite } from './open.js'
import type { ForgottenPeople } from './port.js'

/**
 * `user`: the id of a person. `item`: of a post or comment. `name`: a handle. `mention`: a handle in lower
 * case.
 */
export type ForgottenKind = 'user' | 'item' | 'name' | 'mention'

/** Words looked up are remembered up to this many: a page asks for the same ones again and again. */
const MOST_CACHED = 100_000

/**
 * Whom this database was told to forget, as keyed hashes: enough to know a person when they come again, and
 * not enough to say who they are. Whoever has the file can test a guess, as the program itself must be able
 * to.
 */
export class ForgottenHashes implements ForgottenPeople {
  readonly #sqlite: Sqlite
  readonly #hashes: Set<string>
  readonly #answers = new Map<string, boolean>()
  #key: Buffer | undefined
  #unsaved: { kind: ForgottenKind; hash: string }[] = []

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    this.#hashes = new Set(sqlite.prepare('SELECT hash FROM forgotten').pluck().all() as string[])
    const key = sqlite.prepare("SELECT value FROM meta WHERE key = 'forget_salt'").pluck().get() as
      string | undefined
    this.#key = key === undefined ? undefined : Buffer.from(key, 'hex')
  }

  get isEmpty(): boolean {
    return this.#hashes.size === 0
  }

  isId(text: string): boolean {
    return this.#has('id', text)
  }

  isName(word: string, inAnyCase: boolean): boolean {
    return inAnyCase ? this.#has('mention', word.toLowerCase()) : this.#has('name', word)
  }

  remember(kind: 'user' | 'item' | 'name', text: string): void {
    if (kind === 'name') this.#add('mention', 'mention', text.toLowerCase())
    this.#add(kind, kind === 'name' ? 'name' : 'id', text)
  }

  /** Writes what has been remembered since; call it inside a transaction. */
  save(): void {
    if (this.#unsaved.length === 0) return
    const insert = this.#sqlite.prepare(
      'INSERT OR IGNORE INTO forgotten (hash, kind, forgotten_at) VALUES (:hash, :kind, :at)',
    )
    const at = now()
    for (const { kind, hash } of this.#unsaved) insert.run({ hash, kind, at })
    this.#unsaved = []
  }

  #add(kind: ForgottenKind, space: string, text: string): void {
    const hash = this.#hash(space, text)
    if (this.#hashes.has(hash)) return
    this.#hashes.add(hash)
    this.#answers.clear()
    this.#unsaved.push({ kind, hash })
  }

  #has(space: string, text: string): boolean {
    if (this.#hashes.size === 0) return false
    const question = `${space} ${text}`
    const known = this.#answers.get(question)
    if (known !== undefined) return known
    const answer = this.#hashes.has(this.#hash(space, text))
    if (this.#answers.size >= MOST_CACHED) this.#answers.clear()
    this.#answers.set(question, answer)
    return answer
  }

  #hash(space: string, text: string): string {
    return createHmac('sha256', this.#salt()).update(`${space} ${text}`).digest('base64')
  }

  /**
   * The key of this database's hashes: made when the first person is forgotten, so that no table of hashes
   * fits two databases.
   */
  #salt(): Buffer {
    if (this.#key === undefined) {
      this.#key = randomBytes(32)
      this.#sqlite
        .prepare("INSERT INTO meta (key, value) VALUES ('forget_salt', ?)")
        .run(this.#key.toString('hex'))
    }
    return this.#key
  }
}
