import { authorIn, defineCrawler } from '../crawl/index.js'

/** The posts of a user. */
export default defineCrawler({
  route: 'get_user_posts',
  accepts: 'user',
  order: 'newest-first',
  lists: 'post',
  length: 'post_count',
  recheck: true,
  params: user => ({ user_id: user.id }),
  owner: { ofRecord: authorIn },
  readStray: (record, page) => page.storePost(record),
  read: (record, page) => page.listPost(record),
})
