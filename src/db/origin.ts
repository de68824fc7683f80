import { AppError } from '../errors.js'
import type { Sqlite } from './open.js'

/** Where a database's data is from; one or the other for the file's whole life. */
export type Origin = 'sandbox' | 'real'

export function setOrigin(sqlite: Sqlite, origin: Origin, file: string): void {
  const known = sqlite.prepare("SELECT value FROM meta WHERE key = 'origin'").pluck().get() as
    string | undefined
  if (known === undefined) sqlite.prepare("INSERT INTO meta (key, value) VALUES ('origin', ?)").run(origin)
  else if (known !== origin)
    throw new AppError(
      'mixed-origin',
      `${file} holds ${known} data, and this command would add ${origin} data`,
    )
}
