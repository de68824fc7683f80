import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The copies that were made of a database before its tables were changed: `<file>.backup-<when>`. */
export function copiesOf(file: string): string[] {
  const folder = dirname(file)
  if (!existsSync(folder)) return []
  const prefix = `${basename(file)}.backup-`
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !/-(?:wal|shm|journal)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name))
}
