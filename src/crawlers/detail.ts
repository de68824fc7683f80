import { isObject, readId } from '../api/index.js'
import { defineCrawler, postIn } from '../crawl/index.js'

/** One post that a seed names: nothing lists it, so its detail is fetched. */
export default defineCrawler({
  route: 'get_post_detail',
  accepts: 'link',
  order: 'single',
  lists: 'post',
  params: link => ({ post_id: link.id }),
  owner: { ofRecord: record => readId(postIn(record)?.['id']) },
  readStray: (record, page) => page.storePost(record),
  read: (record, page) => {
    const post = page.listPost(record)
    if (post !== undefined && isObject(record))
      page.storeComments(record['children'], { postId: post, parentId: null })
    return post
  },
})
