import { isObject, readId } from '../api/index.js'
import { defineCrawler, isSameId, postIn } from '../crawl/index.js'

/** The replies to a first-level comment. */
export default defineCrawler({
  route: 'get_comment_replies',
  accepts: 'comment',
  order: 'ranked',
  lists: 'reply',
  length: 'reply_count',
  gate: { counters: ['reply_count'], closedWhen: 'unmoved' },
  params: comment => ({ comment_id: comment.id }),
  owner: {
    ofRecord: (record, comment) => otherComment(postIn(record)?.['parent_post_id'], comment),
    ofRoot: (root, comment) =>
      isObject(root['post']) ? otherComment(root['post']['id'], comment) : undefined,
  },
  readStray: (record, page) => page.storeStrayComment(record),
  read: (record, page, comment) =>
    page.listComment(record, { postId: comment.parentId ?? undefined, parentId: comment.id }),
  readRoot: (root, page, comment) => {
    // A gateway may show the post at the root instead of the comment.
    const isComment = isObject(root['post']) && root['post']['id'] === comment.id
    if (isComment) page.storeComment(root, { postId: comment.parentId ?? undefined, parentId: null })
  },
})

/** The comment that an id names; a gateway may name the post instead, from which nothing follows. */
function otherComment(told: unknown, { parentId }: { readonly parentId: string | null }): string | undefined {
  const id = readId(told)
  return id === undefined || parentId === null || isSameId(id, parentId) ? undefined : id
}
