/**
 * The same job with other crawlers: `npm run bench:others -- [--rounds N] [--out FILE]`. Posts and followers
 * of the made-up platform's users are read from the same gateway into the same tables, every page kept; what
 * is measured is the whole process. Crawlee is installed into a folder of its own; Scrapy has to be there for
 * Debian's Python (`apt-get install python3-scrapy`).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { openForWriting } from '../../../src/db/open.js'
import { compiled } from '../compiled.js'
import { clear, expectSameRows } from '../crawl.js'
import { print, table, type Line } from '../figures.js'
import {
  KEY,
  measure,
  measureTree,
  median,
  PROGRAM,
  startGateway,
  type Gateway,
  type Usage,
} from '../processes.js'
import { STUDY, userId } from '../world.js'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const SCRATCH = join(tmpdir(), 'sora-bench', 'others')
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: join(SCRATCH, 'figures.json') },
  },
})
const rounds = Number(values.rounds)
const USERS = Array.from({ length: STUDY.users }, (_, i) => userId(i + 1))
const PAGES = STUDY.users * (STUDY.postPages + STUDY.followerPages)
const CRAWLEE = 'crawlee@3.18.1'

/** Runs a job into a database that is not there yet. */
type Job = (gateway: Gateway, file: string, scratch: string) => Promise<Usage>

const WRITER = compiled('ceiling', 'ceiling-writer', 'world').replace('ceiling.js', 'ceiling-writer.js')

const ours: Job = (gateway, file) =>
  measure({
    args: [
      PROGRAM,
      'crawl',
      ...USERS,
      '--collect',
      'posts,followers',
      '--db',
      file,
      '--rate',
      '100000',
      '--no-progress',
      '--yes',
    ],
    env: { SORA_API_URL: gateway.url, SORA_API_KEY: KEY },
  })

/** How they store: a page at a time, as quick as can be, or a record at a time, as most programs do. */
type By = 'page' | 'record'

const crawlee =
  (by: By): Job =>
  (gateway, file, scratch) =>
    measure({
      args: [join(SCRATCH, 'crawlee.mjs'), gateway.url, file, USERS.join(',')],
      cwd: SCRATCH,
      env: {
        BY: by,
        CRAWLEE_STORAGE_DIR: join(scratch, `crawlee-${by}`),
        OPEN: pathToFileURL(here('../../../dist/db/open.js')).href,
        WRITER: pathToFileURL(WRITER).href,
      },
    })

const scrapy =
  (by: By): Job =>
  async (gateway, file, scratch) => {
    openForWriting(file).sqlite.close()
    const env = { BY: by, PREFIX: gateway.url, FILE: file, USERS: USERS.join(',') }
    return measureTree(
      [
        '/usr/bin/python3',
        '-m',
        'scrapy',
        'runspider',
        here('scrapy_job.py'),
        '-s',
        `JOBDIR=${join(scratch, `scrapy-${by}`)}`,
      ],
      env,
    )
  }

/** Installs Crawlee where it is not there. @returns its version; undefined where it cannot be had */
function crawleeVersion(): string | undefined {
  const folder = join(SCRATCH, 'node_modules', 'crawlee')
  if (!existsSync(folder)) {
    mkdirSync(SCRATCH, { recursive: true })
    writeFileSync(join(SCRATCH, 'package.json'), '{ "private": true }')
    const { status, stderr } = spawnSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--prefix', SCRATCH, CRAWLEE],
      { encoding: 'utf8' },
    )
    if (status !== 0) process.stdout.write(`Crawlee cannot be installed: ${stderr.slice(-500)}\n`)
    if (status !== 0) return undefined
  }
  copyFileSync(here('crawlee.mjs'), join(SCRATCH, 'crawlee.mjs'))
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

function scrapyVersion(): string | undefined {
  try {
    return execFileSync('/usr/bin/python3', ['-c', 'import scrapy; print(scrapy.__version__)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    process.stdout.write('Scrapy is not there: apt-get install python3-scrapy\n')
    return undefined
  }
}

const versions = { Crawlee: crawleeVersion(), Scrapy: scrapyVersion() }
const jobs: [string, Job][] = [['sora-crawl', ours]]
for (const by of ['page', 'record'] as const) {
  if (versions.Crawlee !== undefined)
    jobs.push([`Crawlee ${versions.Crawlee}, a ${by} at a time`, crawlee(by)])
  if (versions.Scrapy !== undefined) jobs.push([`Scrapy ${versions.Scrapy}, a ${by} at a time`, scrapy(by)])
}

const GOALS: Readonly<Record<string, number>> = { Crawlee: 10, Scrapy: 7 }
const usages = new Map<string, Usage[]>()
const gateway = await startGateway()
try {
  for (let round = 0; round < rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'sora-bench-'))
    for (const [name, job] of jobs) {
      const file = join(folder, `${name.split(' ')[0]}.db`)
      clear(file)
      usages.set(name, [...(usages.get(name) ?? []), await job(gateway, file, folder)])
      const answered = await gateway.answered()
      if (answered !== PAGES) throw new Error(`${name} sent ${answered} requests for ${PAGES} pages`)
      if (job !== ours) expectSameRows(join(folder, 'sora-crawl.db'), file)
    }
    rmSync(folder, { recursive: true })
  }
} finally {
  gateway.close()
}

const mine = usages.get('sora-crawl') ?? []
const lines = jobs.map(([name, job]): Line => {
  const all = usages.get(name) ?? []
  const figures = {
    'CPU ms a page': median(all.map(({ cpuMs }) => cpuMs)) / PAGES,
    'pages a second on the clock': (1000 * PAGES) / median(all.map(({ wallMs }) => wallMs)),
    'peak MB': median(all.map(({ peakMb }) => peakMb)),
  }
  if (job === ours) return { what: name, figures }
  const times = median(all.map(({ cpuMs }, i) => cpuMs / (mine[i]?.cpuMs ?? Number.NaN)))
  return {
    what: name,
    figures: { ...figures, 'times ours': times },
    goals: { 'times ours': { atLeast: GOALS[name.split(' ')[0] ?? ''] ?? 1 } },
  }
})
const found = table(
  'The same job with others',
  `${PAGES} pages of posts and followers, the same rows, every page kept`,
  lines,
)
print(found)
mkdirSync(dirname(values.out), { recursive: true })
writeFileSync(
  values.out,
  `${JSON.stringify({ at: new Date().toISOString(), node: process.version, rounds, ...found }, null, 2)}\n`,
)
