import { defineCrawler } from '../crawl/index.js'

/** The feed: posts, ranked and always moving, so that a whole reading of it has no end worth paying for. */
export default defineCrawler({
  route: 'get_feed',
  accepts: 'feed',
  order: 'ranked',
  lists: 'post',
  ranks: 'feed',
  defaultMaxPages: 50,
  params: () => ({}),
  read: (record, page) => page.listPost(record),
})
