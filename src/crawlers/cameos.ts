import { isObject, readId } from '../api/index.js'
import { defineCrawler, postIn } from '../crawl/index.js'

/** The posts in which a user appears, most of them by others. */
export default defineCrawler({
  route: 'get_user_cameo_appearances',
  accepts: 'user',
  order: 'newest-first',
  lists: 'post',
  length: 'cameo_count',
  edge: { kind: 'cameo', subjectIs: 'source' },
  params: user => ({ user_id: user.id }),
  owner: { ofRecord: someoneIn },
  readStray: (record, page) => page.storePost(record),
  read: (record, page) => page.listPost(record),
})

/** Whoever appears in a post, if the post says of all who they are. */
function someoneIn(record: unknown): string | undefined {
  const profiles = postIn(record)?.['cameo_profiles']
  const ids = Array.isArray(profiles)
    ? profiles.map((profile: unknown) => (isObject(profile) ? readId(profile['user_id']) : undefined))
    : []
  return ids.includes(undefined) ? undefined : ids[0]
}
