import { defineCrawler } from '../crawl/index.js'

/** The posts in which a user appears, most of them by others. */
export default defineCrawler({
  route: 'get_user_cameo_appearances',
  accepts: 'user',
  order: 'newest-first',
  params: (user) => ({ user_id: user.id }),
  read: (record, page, user) => {
    const post = page.listPost(record)
    if (post !== undefined) page.edge('cameo', user.id, post)
  },
})
