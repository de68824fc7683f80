import { defineCrawler } from '../crawl/index.js'

/** The first-level comments of a post. */
export default defineCrawler({
  route: 'get_post_comments',
  accepts: 'post',
  order: 'ranked',
  emptyWhenZero: ['reply_count', 'recursive_reply_count'],
  params: (post) => ({ post_id: post.id }),
  read: (record, page, post) => void page.listComment(record, { postId: post.id, parentId: null }),
  readRoot: (root, page) => page.storePost(root),
})
