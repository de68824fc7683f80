import { defineCrawler } from '../crawl/index.js'

/** Who follows a user. */
export default defineCrawler({
  route: 'get_user_followers',
  accepts: 'user',
  order: 'newest-first',
  params: (user) => ({ user_id: user.id }),
  read: (record, page, user) => {
    const follower = page.listUser(record)
    if (follower !== undefined) page.edge('follow', follower, user.id)
  },
})
