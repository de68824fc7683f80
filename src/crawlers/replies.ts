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
  readRoot: (root, page, comment) => page.storeComment(root, { postId: comment.parentId ?? undefined, parentId: null }),
})
