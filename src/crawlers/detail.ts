import { isObject } from '../api/index.js'
import { defineCrawler } from '../crawl/index.js'

/** One post that a seed names: nothing lists it, so its detail is fetched. */
export default defineCrawler({
  route: 'get_post_detail',
  accepts: 'link',
  order: 'single',
  lists: 'post',
  params: (link) => ({ post_id: link.id }),
  read: (record, page) => {
    const post = page.listPost(record)
    if (post !== undefined && isObject(record)) page.storeComments(record['children'], { postId: post, parentId: null })
    return post
  },
})
