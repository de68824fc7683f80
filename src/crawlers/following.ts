import { defineCrawler } from '../crawl/index.js'

/** Whom a user follows. */
export default defineCrawler({
  route: 'get_user_following',
  accepts: 'user',
  order: 'newest-first',
  lists: 'user',
  length: 'following_count',
  edge: { kind: 'follow', subjectIs: 'source' },
  gate: { counters: ['following_count'], closedWhen: 'empty' },
  params: user => ({ user_id: user.id }),
  read: (record, page) => page.listUser(record),
})
