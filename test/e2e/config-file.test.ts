/** Defaults of flags from a file, as users have them beside a study. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect } from 'vitest'
import { parse } from 'yaml'

import { test, type Bench } from '../support/run.js'
import { generateWorld, SMALL } from '../support/world/generate.js'
import { expectExit, expectOnlyLine, jsonOf } from './judge.js'

const FILE = 'sora-crawl.yaml'

function write(bench: Bench, text: string, name = FILE): void {
  writeFileSync(bench.file(name), text)
}

describe.concurrent('the config file', { timeout: 120_000 }, () => {
  test('gives defaults to the commands that have the flags; what is typed counts before it', async ({
    bench,
  }) => {
    const server = await bench.serve({ world: generateWorld(95, SMALL) })
    write(
      bench,
      `all:\n  db: ${bench.db}\n  max-requests: 2\ncrawl:\n  depth: 1\n  collect: [posts, followers]\n`,
    )
    const crawl = await bench.crawl(server, ['feed', '--json'])
    expectExit(crawl, 4)
    expect(jsonOf(crawl)).toMatchObject({
      requests: 2,
      stopped: expect.stringMatching(/The cap on requests/),
    })
    const [options] = bench.open().prepare('SELECT options FROM runs').pluck().all()
    expect(JSON.parse(String(options))).toMatchObject({
      seeds: [{ seed: 'feed', depth: 1, collect: ['followers', 'posts'] }],
    })
    const typed = await bench.crawl(server, ['feed', '--max-requests', '3', '--json'])
    expect(jsonOf(typed)).toMatchObject({ requests: 3 })
    // The parser takes this spelling, too.
    const camel = await bench.crawl(server, ['feed', '--maxRequests=1', '--json'])
    expect(jsonOf(camel)).toMatchObject({ requests: 1 })
    const status = await bench.run(['status', '--json'])
    expect(jsonOf(status)).toMatchObject({ db: bench.db, spend: { requests: 6 } })
  })

  test('has flags without a value, lists, and values that hold commas', async ({ bench }) => {
    const server = await bench.serve({ world: generateWorld(96, SMALL) })
    expectExit(await bench.crawl(server, ['feed', '--collect', 'profile']), 0)
    write(
      bench,
      `all: { json: true, no-progress: true, db: ${bench.db} }\nsql: { param: ["a=1,2", b=x], list: false }\ncoverage: { stream: [feed] }\n`,
    )
    expect(jsonOf(await bench.run(['sql', 'SELECT :a, :b']))).toMatchObject({ rows: [['1,2', 'x']] })
    expect(jsonOf(await bench.run(['coverage']))).toMatchObject({ streams: [{ stream: 'feed' }] })
  })

  test('is another one by --config, and none where there is none', async ({ bench }) => {
    mkdirSync(bench.file('elsewhere'))
    write(bench, 'doctor: { nothing: 1 }\n')
    write(bench, `sql: { list: true }\n`, 'elsewhere/mine.yaml')
    const other = await bench.run(['sql', '--config', bench.file('elsewhere/mine.yaml')])
    expect(other.stdout).toContain('top-creators')
    const doctor = await bench.run(['doctor', '--config', bench.file('elsewhere/mine.yaml'), '--json'])
    expect(jsonOf(doctor)).toMatchObject({ config: bench.file('elsewhere/mine.yaml') })
    expectOnlyLine(await bench.run(['doctor']), /sora-crawl.yaml: doctor.nothing: there is no flag --nothing/)
  })

  test.for([
    ['crawl:\n  max-cst: 20\n', /crawl\.max-cst: there is no flag --max-cst; do you mean --max-cost\?/],
    ['all:\n  max-cst: 20\n', /all\.max-cst: there is no flag --max-cst; do you mean --max-cost\?/],
    ['crawll:\n  depth: 1\n', /there is no command "crawll"; do you mean crawl\?/],
    ['crawl: 5\n', /crawl is no map of flags/],
    ['crawl:\n  depth: { a: 1 }\n', /crawl\.depth is no value of a flag/],
    ['- crawl\n', /it is no map of flags/],
    ['crawl: [\n', /Flow sequence/],
    ['crawl:\n  config: x.yaml\n', /crawl\.config: there is no flag --config/],
    ['crawl:\n  depth: -1\n', /--depth takes a whole number.*\(sora-crawl\.yaml adds flags\)/],
    ['crawl:\n  depth: 1\n  depth: 2\n', /Map keys must be unique/],
  ] as const)('%j is a mistake in use, and nothing is begun', async ([text, words], { bench }) => {
    write(bench, text)
    const result = await bench.run(['crawl', 'feed', '--sandbox', '--db', bench.db])
    expectExit(result, 2)
    expectOnlyLine(result, words)
  })

  test('that cannot be used keeps nobody from help', async ({ bench }) => {
    write(bench, 'crawl: [\n')
    for (const args of [['help'], ['crawl', '--help'], ['--version'], ['help', 'settings']])
      expectExit(await bench.run(args), 0)
  })

  test('that is missing is a mistake in use; an empty one says nothing', async ({ bench }) => {
    const missing = await bench.run(['status', '--config', 'none.yaml'])
    expectExit(missing, 2)
    expectOnlyLine(missing, /the config file none\.yaml: .*ENOENT/)
    write(bench, '# nothing yet\n')
    expectExit(await bench.run(['sql', '--list']), 0)
  })

  test('has a schema, by which the example of the guide is one', async ({ bench }) => {
    const result = await bench.run(['schema', 'config'])
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(result.stdout) as object)
    const guide = readFileSync(new URL('../../src/guide/settings.md', import.meta.url), 'utf8')
    const example: unknown = parse(/```yaml\n([^`]*)```/.exec(guide)?.[1] ?? '')
    validate(example)
    expect([example, validate.errors]).toEqual([expect.objectContaining({ all: { db: 'study.db' } }), null])
    for (const wrong of [{ crawll: {} }, { crawl: { dept: 1 } }, { all: { full: 'yes' } }])
      expect(validate(wrong)).toBe(false)
  })
})
