import { loadCrawlers } from '../../crawlers/index.js'
import { assertAffordable } from '../affordable.js'
import { crawlFlags, readCrawlFlags, type CrawlFlags } from '../crawl-flags.js'
import type { Command } from '../command.js'
import { runCrawl } from '../run-crawl.js'
import { withApi } from '../with-api.js'

export const crawlCommand: Command<CrawlFlags> = {
  command: 'crawl [seed..]',
  describe: 'Crawl from seeds into the database; the same command continues what is unfinished',
  builder: yargs =>
    crawlFlags(yargs)
      .example('$0 crawl feed --collect comments', 'the feed and the comments of its posts')
      .example('$0 crawl @sam user-Ab12 --depth 1', 'two users, and everyone met on the way')
      .example(
        '$0 crawl --seeds seeds.yaml --db study.db',
        'seeds with options of their own, into a file of your own',
      )
      .example('$0 crawl @sam --max-cost 5', 'no more than $5; the same command goes on')
      .example('$0 crawl feed --sandbox --db try.db', 'the same without a key, against the sandbox') as never,
  run: async (flags, context) => {
    const crawlers = await loadCrawlers()
    const request = await readCrawlFlags(flags, crawlers)
    return withApi(flags, context.output, api => {
      assertAffordable(request.caps, crawlers, api.prices)
      return runCrawl({ ...request, ...api, crawlers, next: [] }, flags, context)
    })
  },
}
