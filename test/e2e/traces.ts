/** Looks for words in everything that a database leaves on disk. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import type { Database } from 'better-sqlite3'

/**
 * A word as it can stand in a file: in UTF-8, and escaped as JSON escapes it, with or without letters beyond
 * ASCII.
 */
export function formsOf(word: string): string[] {
  const json = JSON.stringify(word).slice(1, -1)
  const ascii = json.replaceAll(
    /[\u0080-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return [...new Set([word, json, ascii])]
}

/** `file: word` for each word that is in a file of the folder, and `page n: word` for each in a raw page. */
export async function tracesIn(dir: string, db: Database, words: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const look = (place: string, bytes: Buffer): void => {
    for (const word of words)
      if (formsOf(word).some(form => bytes.includes(form))) found.push(`${place}: ${word}`)
  }
  for (const name of await readdir(dir)) look(name, await readFile(path.join(dir, name)))
  const pages = db.prepare('select id, body from pages').all() as { id: number; body: Buffer }[]
  for (const { id, body } of pages) look(`page ${id}`, gunzipSync(body))
  return found
}
