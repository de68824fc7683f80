import { defineCrawler } from '../crawl/index.js'

/** The remixes of a post: each is one hop deeper than its original. */
export default defineCrawler({
  route: 'get_post_remix_list',
  accepts: 'post',
  order: 'ranked',
  lists: 'post',
  length: 'remix_count',
  edge: { kind: 'remix', subjectIs: 'target' },
  gate: { counters: ['remix_count'], closedWhen: 'unmoved' },
  params: (post) => ({ post_id: post.id }),
  read: (record, page) => page.listPost(record, 1),
})
