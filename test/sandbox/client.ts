import type { Sandbox } from '../../src/sandbox/index.js'

/** A JSON object, read without trust. */
export type Json = { readonly [name: string]: unknown }

/** What came back for one request. */
export interface Got {
  readonly status: number
  readonly text: string
  readonly body: Json
  readonly headers: Headers
}

export async function get(
  sandbox: Sandbox,
  route: string,
  params: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Got> {
  const headers = new Headers(init.headers)
  if (!headers.has('authorization') && !headers.has('cookie'))
    headers.set('authorization', `Bearer ${sandbox.key}`)
  const response = await fetch(`${sandbox.url}/${route}?${new URLSearchParams(params).toString()}`, {
    ...init,
    headers,
  })
  const text = await response.text()
  return { status: response.status, text, body: parse(text), headers: response.headers }
}

/** The payload of a request that must succeed. */
export async function data(
  sandbox: Sandbox,
  route: string,
  params: Record<string, string> = {},
): Promise<Json> {
  const { status, body, text } = await get(sandbox, route, params)
  if (status !== 200) throw new Error(`${route} answered ${status}: ${text.slice(0, 200)}`)
  return object(body.data)
}

/** Every page of a listing, read to its end. */
export async function pages(
  sandbox: Sandbox,
  route: string,
  params: Record<string, string> = {},
): Promise<Json[][]> {
  const read: Json[][] = []
  const used = new Set<string>()
  for (let cursor = ''; ;) {
    const payload = await data(sandbox, route, { ...params, cursor })
    const { items, next } = pageOf(payload)
    read.push(items)
    if (next === '') return read
    if (used.has(next)) throw new Error(`${route} served a cursor twice`)
    used.add(next)
    cursor = next
  }
}

/** Every item of a listing. */
export async function walk(
  sandbox: Sandbox,
  route: string,
  params: Record<string, string> = {},
): Promise<Json[]> {
  return (await pages(sandbox, route, params)).flat()
}

/** The items and the next cursor of a payload, wherever they stand; '' at the end. */
export function pageOf(payload: Json): { items: Json[]; next: string } {
  const holder = payload.items === undefined ? object(payload.children) : payload
  return { items: list(holder.items), next: typeof holder.cursor === 'string' ? holder.cursor : '' }
}

export function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`no object: ${JSON.stringify(value)}`)
  return value as Json
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(item => object(item)) : []
}

export const postsIn = (items: Json[]): Json[] => items.map(item => object(item.post))
export const idsIn = (items: Json[]): string[] => items.map(item => String(item.id ?? item.user_id))

/** The same text without what differs at every fetch: signatures, request ids, times. */
export function settled(text: string): string {
  return text
    .replaceAll(/\?st=[^"]*/g, '')
    .replaceAll(/"(request_id|time|time_stamp|cache_url)":("[^"]*"|\d+),?/g, '')
}

function parse(text: string): Json {
  try {
    return object(JSON.parse(text))
  } catch {
    return {}
  }
}
