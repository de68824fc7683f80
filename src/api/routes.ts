import * as z from 'zod'

/** What a route costs when it answers 200, in millionths of a dollar: integers, so that sums are exact. */
export type MicroUsd = number

/** Where a payload keeps its records, and so how it is read. */
export type Shape =
  /** `data.items`, with `data.cursor` */
  | 'items'
  /** `data.children.items`, with `data.children.cursor` (or `data.cursor`) */
  | 'children'
  /** one post at `data.post` with its author at `data.profile`, or the post itself at `data` */
  | 'post'
  /** one profile at `data.profile`, or at `data` */
  | 'profile'
  /** generation routes: a payload that no crawler reads */
  | 'task'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** `read` routes collect; `generation` routes make videos and cannot be named by a crawler. */
  readonly kind: 'read' | 'generation'
  readonly params: z.ZodObject
  readonly shape: Shape
  /** `cursor`: goes on while the payload names a next cursor. `single`: one answer is all there is. */
  readonly paging: 'cursor' | 'single'
  /** Records on a full page as the contract states it; null where it states none. */
  readonly pageSize: number | null
  readonly price: MicroUsd
  readonly deprecated: boolean
}

const STANDARD_PRICE: MicroUsd = 50_000

const id = z.string().min(1)
const cursor = z.string().optional()
const postRef = { post_id: id.optional(), post_url: z.url().optional() }
const namesAPost = (params: { post_id?: unknown; post_url?: unknown }) =>
  params.post_id !== undefined || params.post_url !== undefined
const POST_NEEDED = 'one of post_id and post_url is required'

const listing = <P extends z.ZodObject, S extends Shape>(params: P, pageSize: number | null, shape: S) =>
  ({
    method: 'GET',
    kind: 'read',
    params,
    shape,
    paging: 'cursor',
    pageSize,
    price: STANDARD_PRICE,
    deprecated: false,
  }) as const
const single = <P extends z.ZodObject, S extends Shape>(params: P, shape: S) =>
  ({
    method: 'GET',
    kind: 'read',
    params,
    shape,
    paging: 'single',
    pageSize: null,
    price: STANDARD_PRICE,
    deprecated: false,
  }) as const
const generation = <M extends 'GET' | 'POST', P extends z.ZodObject>(
  method: M,
  params: P,
  price: MicroUsd,
  deprecated: boolean,
) =>
  ({
    method,
    kind: 'generation',
    params,
    shape: 'task',
    paging: 'single',
    pageSize: null,
    price,
    deprecated,
  }) as const

/**
 * The 17 routes of the Sora2 API, one line each: the only list of them. A route's path is its name under the
 * gateway's prefix (`…/sora2/get_feed`). Prices, page sizes and parameters are those of the API contract.
 */
export const routes = {
  get_feed: listing(z.object({ cursor, eager_views: z.string().optional() }), 15, 'items'),
  get_cameo_leaderboard: listing(z.object({ cursor }), 10, 'items'),
  search_users: single(z.object({ username: id }), 'items'),
  get_user_profile: single(z.object({ user_id: id }), 'profile'),
  get_user_posts: listing(z.object({ user_id: id, cursor }), 30, 'items'),
  get_user_followers: listing(z.object({ user_id: id, cursor }), 50, 'items'),
  get_user_following: listing(z.object({ user_id: id, cursor }), 50, 'items'),
  get_user_cameo_appearances: listing(z.object({ user_id: id, cursor }), 30, 'items'),
  get_post_detail: single(z.object(postRef).refine(namesAPost, POST_NEEDED), 'post'),
  get_post_comments: listing(z.object({ post_id: id, cursor }), 10, 'children'),
  get_comment_replies: listing(z.object({ comment_id: id, cursor }), 10, 'children'),
  get_post_remix_list: listing(
    z.object({ ...postRef, cursor }).refine(namesAPost, POST_NEEDED),
    null,
    'items',
  ),
  get_video_download_info: single(z.object(postRef).refine(namesAPost, POST_NEEDED), 'post'),
  create_video: generation(
    'POST',
    z.object({
      prompt: z.string().min(1).max(2000),
      orientation: z.enum(['portrait', 'landscape']).optional(),
      media_id: z.string().optional(),
    }),
    100_000,
    true,
  ),
  get_task_status: generation('GET', z.object({ task_id: z.string().startsWith('task_') }), 0, true),
  get_task_detail: generation(
    'GET',
    z
      .object({
        task_id: z.string().startsWith('task_').optional(),
        generation_id: z.string().startsWith('gen_').optional(),
      })
      .refine(
        p => p.task_id !== undefined || p.generation_id !== undefined,
        'one of task_id and generation_id is required',
      ),
    STANDARD_PRICE,
    true,
  ),
  upload_image: generation('POST', z.object({ file: z.instanceof(Blob) }), 1_000, false),
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes

/**
 * The routes that collect. A crawler's `route` has this type, so naming a generation route does not compile.
 */
export type ReadRoute = { [N in RouteName]: (typeof routes)[N]['kind'] extends 'read' ? N : never }[RouteName]

/** The routes that generate; typed and callable in code through `Client.send`, never crawled. */
export type GenerationRoute = Exclude<RouteName, ReadRoute>

/** The parameters of one route, as the contract names them. */
export type ParamsOf<N extends RouteName> = z.infer<(typeof routes)[N]['params']>

export const readRoutes = (Object.keys(routes) as RouteName[]).filter(
  (name): name is ReadRoute => routes[name].kind === 'read',
)
