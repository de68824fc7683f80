import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../errors.js'

/**
 * The one name of a database file: links are followed, so that two names of a file share its lock.
 * @throws AppError `bad-database` for a name that is no file's
 */
export function realName(file: string): string {
  if (file === '' || file.startsWith(':') || file.startsWith('file:'))
    throw new AppError('bad-database', `"${file}" is not the name of a file`)
  return realPath(resolve(file), 0)
}

/** As deep as Linux follows links. */
const MOST_LINKS = 40

function realPath(path: string, links: number): string {
  if (existsSync(path)) return realpathSync(path)
  const folder = dirname(path)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return path
  // SQLite makes the file to which a link leads that leads nowhere yet.
  const leadsOn = links < MOST_LINKS && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return leadsOn
    ? realPath(resolve(realpathSync(folder), readlinkSync(path)), links + 1)
    : join(realpathSync(folder), basename(path))
}

/**
 * Whether the folder of a file shows its log and lock to everybody who has the file.
 * @param file its real name
 * @throws AppError `second-name` for one of several hard links, and for a file that is mounted without its
 *   folder
 */
export function checkOneName(file: string): void {
  if (!existsSync(file)) return
  const links = statSync(file).isFile() ? statSync(file).nlink : 1
  if (links > 1)
    throw new AppError(
      'second-name',
      `${file} is one of ${links} hard links to one file, and whoever writes under another name ` +
        `has another log and lock; write to a copy (sqlite3 ${file} ".backup copy.db"), or remove ` +
        'the other names',
    )
  if (isMountedAlone(file))
    throw new AppError(
      'second-name',
      `${file} is mounted without its folder, so that its log and lock stay on this side of the ` +
        'mount; mount the folder that it is in',
    )
}

/** Whether a file is a mount of its own, as one given to a container is. */
export function isMountedAlone(file: string): boolean {
  return mountPoints().includes(file)
}

function mountPoints(): string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    // Blanks, tabs, line ends and backslashes are written as octal numbers there.
    return lines.map(line =>
      (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
  } catch {
    return []
  }
}
