import { isObject, readId } from '../api/index.js'
import { defineCrawler } from '../crawl/index.js'

/** The users whose handle matches a keyword, in one answer. Also how an `@name` seed finds its user. */
export default defineCrawler({
  route: 'search_users',
  accepts: 'query',
  order: 'single',
  lists: 'user',
  params: query => ({ username: query.id }),
  read: (record, page) => page.listUser(record, mentionedId(record)),
})

/** The id inside a mention token (`<@user-…>`), for answers whose profiles do not tell it. */
function mentionedId(record: unknown): string | undefined {
  const token = isObject(record) ? record['token'] : undefined
  return typeof token === 'string' ? readId(/^<@(.+)>$/.exec(token)?.[1]) : undefined
}
