import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import type { IConfiguration } from 'dependency-cruiser'
import { beforeAll, describe, expect, test } from 'vitest'

import { cruise, cruiseTree, ROOT, type Cruise } from './cruise.js'

const { forbidden = [] } = createRequire(import.meta.url)(
  '../../.config/dependency-cruiser.cjs',
) as IConfiguration
const packageJson = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<
  string,
  Record<string, string>
>

describe('the program', () => {
  let program: Cruise

  beforeAll(async () => {
    program = await cruise(ROOT)
  })

  test('keeps every dependency rule', () => {
    expect(program).toMatchObject({ violations: [], code: 0 })
  })

  test('is looked at as a whole', () => {
    expect(program.files).toEqual(
      expect.arrayContaining([
        'src/main.ts',
        'src/cli/index.ts',
        'src/crawlers/posts.ts',
        'src/db/schema/rows.ts',
      ]),
    )
  })
})

/** A small program that keeps the rules; what the forbidden imports below lead to. */
const good: Record<string, string> = {
  'src/main.ts': "import './cli/index.js'",
  'src/errors.ts': 'export const oops = 1',
  'src/log.ts': "import 'pino'",
  'src/api/index.ts': "import '../errors.js'\nexport * from './client.js'",
  'src/api/client.ts': "import 'undici'\nimport 'p-queue'\nimport 'zod'\nexport const send = 1",
  'src/db/index.ts': "import './open.js'\nexport * from './port.js'",
  'src/db/open.ts': "import 'better-sqlite3'\nimport 'drizzle-orm'\nimport './schema/rows.js'",
  'src/db/port.ts': 'export const port = 1',
  'src/db/schema/rows.ts': 'export type Row = string',
  'src/normalize/index.ts':
    "import type { Row } from '../db/schema/rows.js'\nimport '../api/index.js'\nexport type Same = Row",
  'src/crawl/index.ts':
    "import '../api/index.js'\nimport '../db/index.js'\nimport '../normalize/index.js'\nimport '../log.js'",
  'src/crawlers/index.ts': "import '../crawl/index.js'",
  'src/crawlers/posts.ts': "import '../crawl/index.js'\nimport '../api/index.js'",
  'src/crawlers/likes.ts': "import '../crawl/index.js'",
  'src/export/index.ts': "import '../db/index.js'",
  'src/report/index.ts': "import '../db/index.js'",
  'src/sandbox/index.ts': "import '../api/index.js'",
  'src/cli/index.ts': [
    "import './commands/crawl.js'",
    ...['api', 'db', 'crawl', 'crawlers', 'export', 'report', 'sandbox'].map(
      face => `import '../${face}/index.js'`,
    ),
  ].join('\n'),
  'src/cli/commands/crawl.ts': "import 'yargs'\nimport 'log-update'\nimport 'yaml'",
  'test/support.ts': 'export const helper = 1',
  ...packages(),
}

function packages(): Record<string, string> {
  const names = [
    ...Object.keys(packageJson['dependencies'] ?? {}),
    ...Object.keys(packageJson['devDependencies'] ?? {}),
    'left-pad',
  ]
  const files = names.map(name => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
    [`node_modules/${name}/index.js`, 'module.exports = 1'],
  ])
  return {
    'package.json': JSON.stringify({ ...packageJson, type: 'module' }),
    ...Object.fromEntries(files.flat()),
  }
}

const NOTHING = 'nothing, nor be imported'

/** [rule, the file that breaks it, what the file imports]; `x` stands for a file of its own. */
const forbiddenImports: readonly [string, string, string][] = [
  ['api-imports', 'src/api/x.ts', '../db/index.js'],
  ['db-imports', 'src/db/x.ts', '../api/index.js'],
  ['db-imports', 'src/db/x.ts', '../crawl/index.js'],
  ['normalize-imports', 'src/normalize/x.ts', '../crawl/index.js'],
  ['normalize-imports', 'src/normalize/x.ts', '../db/index.js'],
  ['crawl-imports', 'src/crawl/x.ts', '../crawlers/index.js'],
  ['crawl-imports', 'src/crawl/x.ts', '../sandbox/index.js'],
  ['crawlers-imports', 'src/crawlers/x.ts', '../db/index.js'],
  ['export-imports', 'src/export/x.ts', '../crawl/index.js'],
  ['report-imports', 'src/report/x.ts', '../export/index.js'],
  ['sandbox-imports', 'src/sandbox/x.ts', '../db/index.js'],
  ['through-the-face', 'src/crawl/x.ts', '../db/port.js'],
  ['through-the-face', 'src/cli/x.ts', '../api/client.js'],
  ['through-the-face', 'src/export/x.ts', '../db/port.js'],
  ['schema-stays-below', 'src/crawl/x.ts', '../db/schema/rows.js'],
  ['schema-stays-below', 'src/cli/x.ts', '../db/schema/rows.js'],
  ['normalize-takes-types-only', 'src/normalize/x.ts', '../db/schema/rows.js'],
  ['normalize-is-pure', 'src/normalize/x.ts', 'node:fs'],
  ['crawlers-stand-alone', 'src/crawlers/x.ts', './posts.js'],
  ['crawlers-stand-alone', 'src/crawlers/x.ts', './index.js'],
  ['nobody-imports-cli', 'src/crawl/x.ts', '../cli/index.js'],
  ['nobody-imports-cli', 'src/db/x.ts', '../main.js'],
  ['main-starts-cli', 'src/main.ts', './crawl/index.js'],
  ['main-starts-cli', 'src/main.ts', './cli/commands/crawl.js'],
  ['kernel-knows-nobody', 'src/errors.ts', './api/index.js'],
  ['modules-have-a-place', 'src/helpers/x.ts', '../errors.js'],
  ['modules-have-a-place', 'src/util.ts', './errors.js'],
  ['echarts-has-an-owner', 'src/cli/x.ts', 'echarts'],
  ['hyparquet-writer-has-an-owner', 'src/cli/x.ts', 'hyparquet-writer'],
  ['fflate-has-an-owner', 'src/cli/x.ts', 'fflate'],
  ['undici-has-an-owner', 'src/crawl/x.ts', 'undici'],
  ['p-queue-has-an-owner', 'src/crawl/x.ts', 'p-queue'],
  ['drizzle-orm-has-an-owner', 'src/export/x.ts', 'drizzle-orm'],
  ['better-sqlite3-has-an-owner', 'src/cli/x.ts', 'better-sqlite3'],
  ['yargs-has-an-owner', 'src/crawl/x.ts', 'yargs'],
  ['log-update-has-an-owner', 'src/crawl/x.ts', 'log-update'],
  ['yaml-has-an-owner', 'src/crawl/x.ts', 'yaml'],
  ['string-width-has-an-owner', 'src/crawl/x.ts', 'string-width'],
  ['croner-has-an-owner', 'src/crawl/x.ts', 'croner'],
  ['@streamparser/json-has-an-owner', 'src/crawl/x.ts', '@streamparser/json'],
  ['pino-has-an-owner', 'src/api/x.ts', 'pino'],
  ['hyparquet-writer-has-an-owner', 'src/report/x.ts', 'hyparquet-writer'],
  ['echarts-has-an-owner', 'src/export/x.ts', 'echarts'],
  ['packages-are-placed', 'src/cli/x.ts', 'left-pad'],
  ['no-dev-dependency', 'src/cli/x.ts', 'vitest'],
  ['no-dev-dependency', 'src/cli/x.ts', 'left-pad'],
  ['no-test-code', 'src/api/x.ts', '../../test/support.js'],
  ['no-circle', 'src/api/client.ts', './index.js'],
  ['no-dead-file', 'src/api/x.ts', './index.js'],
  ['resolvable', 'src/api/x.ts', './nowhere.js'],
  ['no-orphan', 'src/api/x.ts', NOTHING],
]

const cases = forbiddenImports.map(
  ([rule, file, imported], i) => [rule, file.replace('x.ts', `x${i}.ts`), imported] as const,
)

/** The good program with all that is forbidden. */
function broken(): Record<string, string> {
  const files = { ...good }
  for (const [, file, imported] of cases) {
    const line = imported === NOTHING ? 'export const alone = 1' : `import '${imported}'`
    files[file] = [files[file] ?? [], line].flat().join('\n')
  }
  return files
}

describe('each dependency rule can fail', () => {
  let found: Cruise

  beforeAll(async () => {
    found = await cruiseTree(broken())
  })

  test('while a small program that keeps them all passes', async () => {
    expect(await cruiseTree(good)).toMatchObject({ violations: [], code: 0 })
  })

  test.for(cases)('%s: %s may not import %s', ([rule, file]) => {
    const own = found.violations.filter(line => line.includes(` ${file} -> `) || line.endsWith(` -> ${file}`))
    expect(own.map(line => line.split(':')[0])).toContain(rule)
  })

  test('the command fails with them, and prints what to do instead', () => {
    expect(found.code).toBeGreaterThan(0)
    expect(found.text).toContain('Hand it plain values through the port')
  })

  test('no rule is left out here', () => {
    const tried = new Set(forbiddenImports.map(([rule]) => rule))
    expect(
      forbidden.map(({ name }) => name ?? 'a rule without a name').filter(name => !tried.has(name)),
    ).toEqual([])
  })

  test('every rule says why, and what to do instead', () => {
    const terse = forbidden.filter(({ comment = '' }) => (comment.match(/[.?](?= |$)/g) ?? []).length < 2)
    expect(terse.map(({ name }) => name)).toEqual([])
  })
})
