import { defineCrawler } from '../crawl/index.js'

/** Who follows a user. */
export default defineCrawler({
  route: 'get_user_followers',
  accepts: 'user',
  order: 'newest-first',
  lists: 'user',
  length: 'follower_count',
  edge: { kind: 'follow', subjectIs: 'target' },
  gate: { counters: ['follower_count'], closedWhen: 'empty' },
  params: user => ({ user_id: user.id }),
  read: (record, page) => page.listUser(record),
})
