import { defineCrawler } from '../crawl/index.js'

/** The remixes of a post: each is one hop deeper than its original. */
export default defineCrawler({
  route: 'get_post_remix_list',
  accepts: 'post',
  order: 'ranked',
  emptyWhenZero: ['remix_count'],
  params: (post) => ({ post_id: post.id }),
  read: (record, page, post) => {
    const remix = page.listPost(record, 1)
    if (remix !== undefined) page.edge('remix', remix, post.id)
  },
})
