import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder of the package, absolute: it holds package.json, `migrations`, `data`, `src/questions` and
 * `dist`. The built program finds it as the sources do, though its files lie elsewhere than theirs.
 */
export const HOME = homeAbove(dirname(fileURLToPath(import.meta.url)))

/** The version in package.json. */
export const VERSION = manifestIn(HOME).version

function homeAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && manifestIn(folder).name === 'sora-crawl') return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('the package.json of sora-crawl is missing')
  return homeAbove(parent)
}

function manifestIn(folder: string): { name: string; version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
}
