import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_COLLECT } from '../../crawl/index.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { HOME } from '../../home.js'
import type { Command } from '../command.js'
import { runCrawl } from '../run-crawl.js'
import { seedFile, soundSeeds } from '../seed-files.js'
import { withApi } from '../with-api.js'
import { sandboxFlags, type SandboxFlags } from '../with-sandbox.js'

const DEMO_DB = 'data/demo.db'
const SEEDS = join(HOME, 'data/seeds.txt')

export const demoCommand: Command<SandboxFlags> = {
  command: 'demo',
  describe: 'Crawl the built-in sandbox from data/seeds.txt into data/demo.db: the whole job, without a key',
  builder: yargs => sandboxFlags(yargs).default('db', DEMO_DB).example('$0 demo', 'start here') as never,
  run: async (flags, context) => {
    const crawlers = await loadCrawlers()
    const options = { collect: DEFAULT_COLLECT, depth: 1, maxPages: null }
    const seeds = soundSeeds(
      await seedFile(existsSync(SEEDS) ? SEEDS : 'data/seeds.txt', {
        options,
        readCollect: () => DEFAULT_COLLECT,
      }),
    )
    const next = [
      `npx sora-crawl report --db ${flags.db} --out demo.html`,
      `npx sora-crawl sql top-creators --db ${flags.db}`,
      `npx sora-crawl crawl @omar --collect all --sandbox --db ${flags.db}`,
    ]
    const wish = {
      seeds,
      rules: { full: false, noGate: false, recheckMs: null },
      caps: { maxRequests: null, maxCost: null },
      minAgeMs: null,
      restart: false,
      concurrency: 8,
      confirmation: { above: 0, yes: true },
    }
    return withApi({ ...flags, sandbox: true }, context.output, choice =>
      runCrawl({ ...wish, ...choice, crawlers, next }, flags, context),
    )
  },
}
