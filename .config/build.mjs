/*
 * Builds `dist`: the program with the packages that it uses, in few files, since Node takes longer to find and
 * read a thousand small files than to run most commands. Own files that tests load alone are entries, too.
 */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const ENTRIES = [
  'cli/index',
  'cli/check/check-process',
  'cli/sql/query-process',
  'cli/check/apart',
  'cli/schedule/slots',
  'api/index',
  'db/index',
  'db/open',
  'failpoint',
  'log',
]
const common = { outbase: 'src', outdir: 'dist', format: 'esm', platform: 'node', target: 'node20.19' }

writeCrawlers('src/crawlers')
// Any Node has to read main.js, and it imports nothing before it knows which one it is.
await build({ ...common, entryPoints: ['src/main.ts'] })
chmodSync('dist/main.js', 0o755)
const { metafile } = await build({
  ...common,
  entryPoints: ENTRIES.map(name => `src/${name}.ts`),
  bundle: true,
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  // A native module stays where npm has put it. pino starts threads from files of its own.
  external: ['better-sqlite3', 'pino'],
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  metafile: true,
})
writeFileSync('dist/LICENSES.txt', licences(metafile.inputs))
removeAllBut(['dist/main.js', 'dist/LICENSES.txt', ...Object.keys(metafile.outputs)])

/** A folder that is read when the program runs cannot be bundled: `all.ts` lists it, so that a crawler stays one file. */
function writeCrawlers(folder) {
  const files = readdirSync(folder).filter(file => /^(?!(?:index|all)\.)[a-z_]+\.ts$/.test(file))
  const names = files.map(file => path.basename(file, '.ts')).toSorted()
  const lines = [
    '/* Written by the build: every crawler of this folder. */',
    ...names.map(name => `import ${name} from './${name}.js'`),
    '',
    'export const definitions = {',
    ...names.map(name => `  ${name},`),
    '}',
    '',
  ]
  if (readFileSync(`${folder}/all.ts`, 'utf8') !== lines.join('\n'))
    writeFileSync(`${folder}/all.ts`, lines.join('\n'))
}

/** What is built again is replaced and not missing for a moment: a crawl may be running from it. */
function removeAllBut(made) {
  for (const name of readdirSync('dist', { recursive: true })) {
    const file = path.posix.join('dist', name.replaceAll(path.sep, '/'))
    if (statSync(file).isFile() && !made.includes(file)) rmSync(file)
  }
}

/** What the licences of packages ask for where copies of them are given away. */
function licences(inputs) {
  const folders = Object.keys(inputs).flatMap(
    file => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  )
  return [...new Set(folders)].toSorted().map(licenceOf).join('\n')
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const file = readdirSync(folder).find(entry => /^(licen[sc]e|copying)/i.test(entry))
  const text = file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}\n`
}
