import { readRoutes, type ReadRoute } from '../api/index.js'
import type { Bag } from './foreign-answer.js'

/** What an address asks for. */
export interface Asked {
  readonly route: ReadRoute | undefined
  readonly params: Bag
}

/**
 * A route by its name, its path at any gateway, or the whole address of the request; or an address of the
 * platform's own backend.
 */
export function readAddress(address: string): Asked {
  const [path = '', search = ''] = address.split('?')
  const params = Object.fromEntries(new URLSearchParams(search.replace(/#.*$/, '')))
  const name = path.split('/').findLast(part => part !== '')
  const route = readRoutes.find(one => one === name)
  return route === undefined ? askedOfPlatform(path, params) : { route, params }
}

/**
 * Where the platform itself serves what a route of the gateways shows, and the parameter that the path holds.
 */
const OF_PLATFORM: readonly (readonly [RegExp, ReadRoute, string?])[] = [
  [/^feed$/, 'get_feed'],
  [/^profile\/search_mentions$/, 'search_users'],
  [/^profile\/username\/([^/]+)$/, 'get_user_profile', 'username'],
  [/^profile\/((?:user-|ch_)[^/]+)$/, 'get_user_profile', 'user_id'],
  [/^profile_feed\/((?:user-|ch_)[^/]+)$/, 'get_user_posts', 'user_id'],
  [/^post\/(s_[^/]+)$/, 'get_post_detail', 'post_id'],
  [/^post\/(s_[^/]+)\/tree$/, 'get_post_comments', 'post_id'],
  [/^post\/([^/]+)\/tree$/, 'get_comment_replies', 'comment_id'],
  [/^post\/(s_[^/]+)\/remix_feed$/, 'get_post_remix_list', 'post_id'],
]

function askedOfPlatform(path: string, query: Bag): Asked {
  const rest = /\/backend\/project_y\/(.+?)\/?$/.exec(path)?.[1] ?? ''
  for (const [form, route, name] of OF_PLATFORM) {
    const match = form.exec(rest)
    if (match === null) continue
    const params = name === undefined ? query : { ...query, [name]: decoded(match[1] ?? '') }
    return {
      route:
        route === 'get_user_posts' && query['cut'] === 'appearances' ? 'get_user_cameo_appearances' : route,
      params,
    }
  }
  return { route: undefined, params: query }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
