import { defineCrawler } from '../crawl/index.js'

/** Whom a user follows. */
export default defineCrawler({
  route: 'get_user_following',
  accepts: 'user',
  order: 'newest-first',
  params: (user) => ({ user_id: user.id }),
  read: (record, page, user) => {
    const followed = page.listUser(record)
    if (followed !== undefined) page.edge('follow', user.id, followed)
  },
})
