import { isObject, readId } from '../api/index.js'
import { defineCrawler, postIn } from '../crawl/index.js'

/** The first-level comments of a post. */
export default defineCrawler({
  route: 'get_post_comments',
  accepts: 'post',
  order: 'ranked',
  lists: 'comment',
  length: 'reply_count',
  gate: { counters: ['reply_count', 'recursive_reply_count'], closedWhen: 'unmoved' },
  params: post => ({ post_id: post.id }),
  owner: {
    ofRecord: record =>
      readId(postIn(record)?.['parent_post_id']) ?? readId(postIn(record)?.['root_post_id']),
    ofRoot: shownPost,
  },
  readStray: (record, page, root) => page.storeStrayComment(record, root && shownPost(root)),
  read: (record, page, post) => page.listComment(record, { postId: post.id, parentId: null }),
  readRoot: (root, page) => page.storePost(root),
})

function shownPost(root: Record<string, unknown>): string | undefined {
  return isObject(root['post']) ? readId(root['post']['id']) : undefined
}
