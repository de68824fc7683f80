import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../errors.js'
import { plainFile } from '../paths.js'
import type { WrittenFile } from './contract.js'
import { filesOfPackage, PACKAGE_FILE } from './package.js'
import { isReadme, README_FILE } from './readme.js'

/** What exports before have put into a folder. */
export interface EarlierExport {
  /** All files that may be replaced, also ones that were changed since. */
  readonly names: ReadonlySet<string>
  /** The tables and networks among them, as they were written. */
  readonly files: readonly WrittenFile[]
}

/**
 * What exports before have put into a folder: what its `datapackage.json` lists if that is an export's, and
 * what exports put there that died before they could write one.
 */
export function earlierExport(folder: string, left: readonly string[]): EarlierExport {
  const listed = filesOfPackage(textOf(folder, PACKAGE_FILE))
  const files = (listed ?? []).filter(({ path }) => SAFE_NAME.test(path))
  const own = [
    ...(listed === undefined ? [] : [PACKAGE_FILE]),
    ...(isReadme(textOf(folder, README_FILE)) ? [README_FILE] : []),
  ]
  return { files, names: new Set([...files.map(({ path }) => path), ...left, ...own]) }
}

function textOf(folder: string, name: string): string {
  const path = join(folder, name)
  return plainFile(path) === undefined ? '' : readFileSync(path, 'utf8')
}

/**
 * Letters, digits and a few signs, no part that begins with a dot: such a name cannot leave its folder, on no
 * system.
 */
const SAFE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.=-]*(\/[A-Za-z0-9_][A-Za-z0-9_.=-]*)*$/

/** @throws AppError `bad-output` */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (!SAFE_NAME.test(name)) throw new AppError('bad-output', `"${name}" is not the name of a file in it`)
    if (seen.has(name.toLowerCase())) throw new AppError('bad-output', `two files would be named ${name}`)
    seen.add(name.toLowerCase())
  }
}

/**
 * No file is there already, but for one that may be replaced, and no part of its path is a link that leads
 * elsewhere.
 * @param replaceable the files that exports before have written; null if none may be replaced
 * @throws AppError `bad-output`
 */
export function checkPlace(folder: string, name: string, replaceable: ReadonlySet<string> | null): void {
  const parts = name.split('/')
  for (const [i] of parts.entries()) {
    const path = join(folder, ...parts.slice(0, i + 1))
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (there === undefined) return
    if (i < parts.length - 1 && !there.isDirectory())
      throw new AppError('bad-output', `${path} is in the way`)
    if (i === parts.length - 1 && !there.isFile())
      throw new AppError(
        'bad-output',
        `${path} is ${there.isDirectory() ? 'a folder' : there.isSymbolicLink() ? 'a link' : 'no file'}`,
      )
    if (i === parts.length - 1 && replaceable === null)
      throw new AppError('bad-output', `${path} exists; --force replaces the export that is there`)
    if (i === parts.length - 1 && replaceable?.has(name) !== true)
      throw new AppError('bad-output', `${path} exists, and no export has written it`)
  }
}
