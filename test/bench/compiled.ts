/** Programs of this folder as plain JavaScript, so that what is measured is not their translation. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** Where packages are found, and git does not look. */
const PLACE = join(HERE, '../../node_modules/.cache/sora-bench')

/** @returns the path of the first file, translated; the others are what else is used of this folder. */
export function compiled(...names: readonly [string, ...string[]]): string {
  mkdirSync(PLACE, { recursive: true })
  writeFileSync(join(PLACE, 'package.json'), '{ "type": "module" }')
  buildSync({
    entryPoints: names.map(name => join(HERE, `${name}.ts`)),
    outdir: PLACE,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
  })
  return join(PLACE, `${names[0]}.js`)
}
