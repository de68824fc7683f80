import { readRoutes } from '../../api/index.js'
import { priceSettings, readEnvironment } from '../../config.js'
import { loadCrawlers } from '../../crawlers/index.js'
import { ExitCode } from '../../errors.js'
import { assertAffordable } from '../affordable.js'
import { crawlFlags, readCrawlFlags, type CrawlFlags } from '../crawl-flags.js'
import { estimateJson, estimateText } from '../estimate-text.js'
import type { Command } from '../command.js'
import { estimateCrawl } from '../rehearsal.js'

export const planCommand: Command<CrawlFlags> = {
  command: 'plan [seed..]',
  describe: 'Say what a crawl would cost, from what the database knows; sends nothing',
  answers: true,
  builder: yargs =>
    crawlFlags(yargs)
      .example('$0 plan @sam --depth 1', 'the price of `crawl @sam --depth 1`')
      .example('$0 plan --seeds seeds.yaml --db study.db --json', 'the same for a program') as never,
  run: async (flags, { output }) => {
    const crawlers = await loadCrawlers()
    const { seeds, rules, minAgeMs, restart, caps } = await readCrawlFlags(flags, crawlers)
    const prices = priceSettings(readEnvironment(process.cwd(), process.env), readRoutes)
    assertAffordable(caps, crawlers, prices)
    const crawl = { seeds, crawlers, rules, minAgeMs, restart, prices }
    const { run, estimate } = await estimateCrawl(flags.db, crawl, output)
    if (run.resumed)
      output.print(
        `Run ${run.id} is unfinished, and this is what is left of it; --restart would begin a new one.\n`,
      )
    output.print(estimateText(estimate))
    output.json('plan', { db: flags.db, resumes: run.resumed ? run.id : null, ...estimateJson(estimate) })
    return ExitCode.finished
  },
}
