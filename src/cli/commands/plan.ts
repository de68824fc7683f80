import { readRoutes, routes } from '../../api/index.js'
import { priceSettings, readEnvironment } from '../../config.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { estimateRun, planRun } from '../../crawl/index.js'
import { rehearse } from '../../db/index.js'
import { ExitCode } from '../../errors.js'
import { crawlFlags, readCrawlFlags, type CrawlFlags } from '../crawl-flags.js'
import { estimateJson, estimateText } from '../estimate-text.js'
import type { Command } from '../command.js'

export const planCommand: Command<CrawlFlags> = {
  command: 'plan [seed..]',
  describe: 'Say what a crawl would cost, from what the database knows; sends nothing',
  builder: (yargs) =>
    crawlFlags(yargs)
      .example('$0 plan @sam --depth 1', 'the price of `crawl @sam --depth 1`')
      .example('$0 plan --seeds seeds.yaml --db study.db --json', 'the same for a program') as never,
  run: async (flags, { output }) => {
    const crawlers = await loadCrawlers()
    const { seeds, rules, minAgeMs } = readCrawlFlags(flags, crawlers)
    const prices = priceSettings(readEnvironment(process.cwd(), process.env), readRoutes)
    const parts = { crawlers, rules, minAgeMs, price: (route: (typeof readRoutes)[number]) => prices[route] ?? routes[route].price }
    const estimate = await rehearse(flags.db, async (store) => (await estimateRun(store, await store.openRun(planRun(seeds, crawlers, rules)), parts)).estimate)
    output.print(estimateText(estimate))
    output.json({ db: flags.db, ...(estimateJson(estimate) as object) })
    return ExitCode.finished
  },
}
