import { defineCrawler } from '../crawl/index.js'

/** The users who appear most in others' posts, ranked. */
export default defineCrawler({
  route: 'get_cameo_leaderboard',
  accepts: 'leaderboard',
  order: 'ranked',
  lists: 'user',
  ranks: 'leaderboard',
  params: () => ({}),
  read: (record, page) => page.listUser(record),
})
