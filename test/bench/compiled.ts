/** Programs of this folder as plain JavaScript, so that what is measured is not their translation. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** Where packages are found, and git does not look. */
const PLACE = join(HERE, '../../node_modules/.cache/sora-bench')

/** @returns the path of the first file, translated; the others are what it imports of this folder. */
export function compiled(...names: readonly [string, ...string[]]): string {
  mkdirSync(PLACE, { recursive: true })
  writeFileSync(join(PLACE, 'package.json'), '{ "type": "module" }')
  for (const name of names) {
    const source = readFileSync(join(HERE, `${name}.ts`), 'utf8')
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ES2022 },
    })
    // Replaced, not written over: copies of a checkout can share their files.
    const file = join(PLACE, `${name}.js`)
    writeFileSync(`${file}.${process.pid}`, outputText.replaceAll("'../../src/", "'../../../dist/"))
    renameSync(`${file}.${process.pid}`, file)
  }
  return join(PLACE, `${names[0]}.js`)
}
