import { isObject, readId } from '../api/index.js'
import { defineCrawler, postIn } from '../crawl/index.js'

/** The remixes of a post: each is one hop deeper than its original. */
export default defineCrawler({
  route: 'get_post_remix_list',
  accepts: 'post',
  order: 'ranked',
  lists: 'post',
  length: 'remix_count',
  edge: { kind: 'remix', subjectIs: 'target' },
  gate: { counters: ['remix_count'], closedWhen: 'unmoved' },
  params: post => ({ post_id: post.id }),
  owner: { ofRecord: originalIn },
  readStray: (record, page) => page.storePost(record),
  read: (record, page) => page.listPost(record, 1),
})

function originalIn(record: unknown): string | undefined {
  const post = postIn(record)
  const shown = post?.['parent_post']
  return readId(post?.['parent_post_id']) ?? (isObject(shown) ? readId(postIn(shown)?.['id']) : undefined)
}
