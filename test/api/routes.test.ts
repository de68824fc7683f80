import { describe, expect, it } from 'vitest'
import { readRoutes, routes, type Route, type RouteName } from '../../src/api/index.js'

interface Contract {
  readonly method: 'GET' | 'POST'
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** In dollars. */
  readonly price: number
  readonly pageSize: number | null
  readonly cursor: boolean
  readonly deprecated: boolean
}

const get = (required: string[], optional: string[], more: Partial<Contract> = {}): Contract => ({
  method: 'GET',
  required,
  optional,
  price: 0.05,
  pageSize: null,
  cursor: optional.includes('cursor'),
  deprecated: false,
  ...more,
})
const POST_REF = ['post_id', 'post_url']

/** The 17 routes as the API contract prints them. */
const CONTRACT: Record<string, Contract> = {
  create_video: {
    ...get(['prompt'], ['orientation', 'media_id']),
    method: 'POST',
    price: 0.1,
    deprecated: true,
  },
  get_cameo_leaderboard: get([], ['cursor'], { pageSize: 10 }),
  get_comment_replies: get(['comment_id'], ['cursor'], { pageSize: 10 }),
  get_feed: get([], ['cursor', 'eager_views'], { pageSize: 15 }),
  get_post_comments: get(['post_id'], ['cursor'], { pageSize: 10 }),
  get_post_detail: get([], POST_REF),
  get_post_remix_list: get([], [...POST_REF, 'cursor']),
  get_task_detail: get([], ['task_id', 'generation_id'], { deprecated: true }),
  get_task_status: get(['task_id'], [], { price: 0, deprecated: true }),
  get_user_cameo_appearances: get(['user_id'], ['cursor'], { pageSize: 30 }),
  get_user_followers: get(['user_id'], ['cursor'], { pageSize: 50 }),
  get_user_following: get(['user_id'], ['cursor'], { pageSize: 50 }),
  get_user_posts: get(['user_id'], ['cursor'], { pageSize: 30 }),
  get_user_profile: get(['user_id'], []),
  get_video_download_info: get([], POST_REF),
  search_users: get(['username'], []),
  upload_image: { ...get(['file'], []), method: 'POST', price: 0.001 },
}

const table: Record<string, Route> = routes

/** A value that the contract would accept for a parameter. */
function sample(name: string): unknown {
  if (name === 'file') return new Blob(['x'], { type: 'image/png' })
  if (name === 'orientation') return 'portrait'
  if (name === 'post_url') return 'https://sora.chatgpt.com/p/s_68e853d2ad448191b3c81e830f53c3a2'
  if (name === 'task_id') return 'task_01k7e17rnkeh79qnrcdwf5fcfs'
  if (name === 'generation_id') return 'gen_01k7e1bff9eq6rxe9pntk7xdcf'
  return 'a value'
}

const values = (names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map(name => [name, sample(name)]))

function accepts(route: string, params: Record<string, unknown>): boolean {
  const known = table[route]
  if (known === undefined) throw new Error(`no route ${route}`)
  return known.params.safeParse(params).success
}

describe('the route table', () => {
  it('has the 17 routes of the contract and no other', () => {
    expect(Object.keys(routes).toSorted()).toEqual(Object.keys(CONTRACT).toSorted())
    expect(Object.keys(routes)).toHaveLength(17)
  })

  it.each(Object.entries(CONTRACT))(
    'gives %s the method, price, page size, paging and age of the contract',
    (name, contract) => {
      const { method, price, pageSize, paging, deprecated } = table[name] ?? ({} as Partial<Route>)
      expect({ method, price, pageSize, paging, deprecated }).toEqual({
        method: contract.method,
        price: Math.round(contract.price * 1_000_000),
        pageSize: contract.pageSize,
        paging: contract.cursor ? 'cursor' : 'single',
        deprecated: contract.deprecated,
      })
    },
  )

  it.each(Object.entries(CONTRACT))(
    'takes exactly the parameters that the contract gives %s',
    (name, { required, optional }) => {
      const { shape } = (table[name] as Route).params
      expect(Object.keys(shape).toSorted()).toEqual([...required, ...optional].toSorted())
      expect(accepts(name, values([...required, ...optional]))).toBe(true)
    },
  )

  it.each(Object.entries(CONTRACT).filter(([, { required }]) => required.length > 0))(
    'refuses %s without a parameter that it needs',
    (name, { required, optional }) => {
      for (const missing of required) {
        const rest = [...required, ...optional].filter(param => param !== missing)
        expect(accepts(name, values(rest)), `without ${missing}`).toBe(false)
      }
      expect(accepts(name, values(required))).toBe(true)
    },
  )

  it.each([
    ['get_post_detail', ['post_id'], ['post_url']],
    ['get_post_remix_list', ['post_id'], ['post_url']],
    ['get_video_download_info', ['post_id'], ['post_url']],
    ['get_task_detail', ['task_id'], ['generation_id']],
  ])('asks %s for one of two names of its subject', (name, one, other) => {
    expect(accepts(name, values(one))).toBe(true)
    expect(accepts(name, values(other))).toBe(true)
    expect(accepts(name, {})).toBe(false)
    expect(accepts(name, { cursor: 'x' })).toBe(false)
  })

  it('refuses an empty id, which a gateway would answer with a bill for nothing', () => {
    expect(accepts('get_user_posts', { user_id: '' })).toBe(false)
    expect(accepts('get_post_comments', { post_id: '' })).toBe(false)
    expect(accepts('search_users', { username: '' })).toBe(false)
  })

  it('holds the limits of the generation routes: 2000 characters, two orientations, prefixed ids', () => {
    expect(accepts('create_video', { prompt: 'x'.repeat(2_000) })).toBe(true)
    expect(accepts('create_video', { prompt: 'x'.repeat(2_001) })).toBe(false)
    expect(accepts('create_video', { prompt: 'x', orientation: 'square' })).toBe(false)
    expect(accepts('get_task_status', { task_id: 'gen_01k7' })).toBe(false)
    expect(accepts('get_task_detail', { generation_id: 'task_01k7' })).toBe(false)
    expect(accepts('upload_image', { file: 'image.png' })).toBe(false)
  })

  it('separates the 13 routes that collect from the 4 that generate', () => {
    const generation: RouteName[] = ['create_video', 'get_task_detail', 'get_task_status', 'upload_image']
    expect([...readRoutes].toSorted()).toEqual(
      Object.keys(CONTRACT)
        .filter(name => !(generation as string[]).includes(name))
        .toSorted(),
    )
    for (const name of generation) expect(routes[name].kind).toBe('generation')
    for (const name of readRoutes) expect(routes[name].method).toBe('GET')
  })

  it('counts prices in whole millionths of a dollar, so that sums are exact', () => {
    for (const { price } of Object.values(table)) expect(Number.isInteger(price)).toBe(true)
  })
})
