/**
 * Serves the made-up platform over HTTP, in a process of its own. Every body is made and compressed before
 * the first request comes, so that what is measured is not this. Tells its parent its address, and on `count`
 * how many requests it has answered.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import {
  appearance,
  comment,
  COMMENTS_A_PAGE,
  followed,
  follower,
  PEOPLE_A_PAGE,
  post,
  postId,
  POSTS_A_PAGE,
  profile,
  STUDY,
  userId,
  type Extent,
} from './world.js'

const extent: Extent = { ...STUDY, ...(JSON.parse(process.env['BENCH_EXTENT'] ?? '{}') as Partial<Extent>) }
const bodies = new Map<string, Buffer>()
const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i)

function keep(route: string, subject: string, cursor: string, data: unknown): void {
  const envelope = {
    code: 200,
    request_id: '11111111-aaaa-4bbb-8ccc-222222222222',
    message: 'Request successful. This request will incur a charge.',
    time_stamp: 1_767_351_845,
    router: `/api/u1/v1/sora2/${route}`,
    params: { cursor },
    data,
  }
  bodies.set(`${route} ${subject} ${cursor}`, gzipSync(JSON.stringify(envelope), { level: 4 }))
}

function keepListing(
  route: string,
  subject: string,
  pages: number,
  size: number,
  item: (n: number) => object,
): void {
  for (const page of range(0, pages)) {
    const cursor =
      page + 1 < pages
        ? Buffer.from(JSON.stringify({ kind: 'sv2_created_at', page: page + 1 })).toString('base64')
        : null
    const here =
      page === 0 ? '' : Buffer.from(JSON.stringify({ kind: 'sv2_created_at', page })).toString('base64')
    keep(route, subject, here, { items: range(page * size, size).map(item), cursor })
  }
}

for (const user of range(1, extent.users)) {
  keepListing('get_user_posts', userId(user), extent.postPages, POSTS_A_PAGE, n => post(user, n, extent))
  keepListing('get_user_followers', userId(user), extent.followerPages, PEOPLE_A_PAGE, n => follower(user, n))
  keepListing('get_user_following', userId(user), extent.followingPages, PEOPLE_A_PAGE, n =>
    followed(user, n),
  )
  keepListing('get_user_cameo_appearances', userId(user), extent.cameoPages, POSTS_A_PAGE, n =>
    appearance(user, n),
  )
  for (const n of range(0, extent.postPages * POSTS_A_PAGE)) {
    if (n % extent.commentedEvery !== 0) continue
    const id = postId(user, n)
    keep('get_post_comments', id, '', {
      post: { id },
      profile: profile(user),
      children: { items: range(0, COMMENTS_A_PAGE).map(i => comment(id, i)), cursor: null },
    })
  }
}

let answered = 0
const server = createServer((request, response) => {
  answered += 1
  const url = new URL(request.url ?? '', 'http://here')
  const route = url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
  const subject = url.searchParams.get('user_id') ?? url.searchParams.get('post_id') ?? ''
  const body = bodies.get(`${route} ${subject} ${url.searchParams.get('cursor') ?? ''}`)
  if (body === undefined) return response.writeHead(404).end('{"message": "not found"}')
  return response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': body.length,
    })
    .end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () =>
  process.send?.({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/u1/v1/sora2`,
    pages: bodies.size,
  }),
)
process.on('message', () => {
  process.send?.({ answered })
  answered = 0
})
process.on('disconnect', () => process.exit(0))
