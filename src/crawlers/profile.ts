import { defineCrawler, userIn } from '../crawl/index.js'

/** A user's profile: the only answer with every counter of the user. */
export default defineCrawler({
  route: 'get_user_profile',
  accepts: 'user',
  order: 'single',
  lists: null,
  params: user => ({ user_id: user.id }),
  owner: { ofRecord: userIn },
  readStray: (record, page) => void page.storeUser(record),
  read: (record, page) => page.storeUser(record),
})
