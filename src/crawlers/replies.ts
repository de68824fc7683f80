import { isObject } from '../api/index.js'
import { defineCrawler } from '../crawl/index.js'

/** The replies to a first-level comment. */
export default defineCrawler({
  route: 'get_comment_replies',
  accepts: 'comment',
  order: 'ranked',
  lists: 'reply',
  length: 'reply_count',
  gate: { counters: ['reply_count'], closedWhen: 'unmoved' },
  params: (comment) => ({ comment_id: comment.id }),
  read: (record, page, comment) => page.listComment(record, { postId: comment.parentId ?? undefined, parentId: comment.id }),
  readRoot: (root, page, comment) => {
    // A gateway may show the post at the root instead of the comment.
    const isComment = isObject(root['post']) && root['post']['id'] === comment.id
    if (isComment) page.storeComment(root, { postId: comment.parentId ?? undefined, parentId: null })
  },
})
