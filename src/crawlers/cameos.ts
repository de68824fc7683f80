import { defineCrawler } from '../crawl/index.js'

/** The posts in which a user appears, most of them by others. */
export default defineCrawler({
  route: 'get_user_cameo_appearances',
  accepts: 'user',
  order: 'newest-first',
  lists: 'post',
  length: 'cameo_count',
  edge: { kind: 'cameo', subjectIs: 'source' },
  params: (user) => ({ user_id: user.id }),
  read: (record, page) => page.listPost(record),
})
