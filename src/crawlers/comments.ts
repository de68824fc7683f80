import { defineCrawler } from '../crawl/index.js'

/** The first-level comments of a post. */
export default defineCrawler({
  route: 'get_post_comments',
  accepts: 'post',
  order: 'ranked',
  lists: 'comment',
  length: 'reply_count',
  gate: { counters: ['reply_count', 'recursive_reply_count'], closedWhen: 'unmoved' },
  params: (post) => ({ post_id: post.id }),
  read: (record, page, post) => page.listComment(record, { postId: post.id, parentId: null }),
  readRoot: (root, page) => page.storePost(root),
})
