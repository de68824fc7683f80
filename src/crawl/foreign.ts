import { isObject, routes, typeName, type ReadRoute } from '../api/index.js'
import type { Crawler } from './contract.js'
import { readAddress } from './foreign-address.js'
import { answerOf, bag, firstText, unixMs, type Bag, type Foreign } from './foreign-answer.js'
import { isHarEntry, readHarEntry } from './foreign-har.js'
import { readVaultChain, readVaultItem } from './foreign-vault.js'

/**
 * The names under which files hold lists of answers: manifests of SoraVault and its `remix_chains.json`, and
 * HTTP archives.
 */
export const LISTS_OF_ANSWERS = ['items', 'remix_chains', 'chains', 'log.entries'] as const
export type ListName = (typeof LISTS_OF_ANSWERS)[number]

/** Names of what was asked: an object with one of these is an answer itself. */
export const ADDRESS_NAMES: readonly string[] = ['route', 'endpoint', 'url', 'path', 'router', 'request']

/** Where a stored value stood. */
export interface Context {
  readonly list?: ListName | undefined
  /** When the file around it was made. */
  readonly exportedAt?: unknown
}

const MAX_NESTING = 20

/**
 * The answers in a stored value: a record of route, parameters and body in any of the forms that the guide
 * lists, an envelope that names its router, an item of a manifest, an entry of an archive, a list or file of
 * these, or any of them as text.
 */
export function readForeign(
  value: unknown,
  crawlers: readonly Crawler[],
  context: Context = {},
  nesting = 0,
): Foreign[] {
  if (nesting > MAX_NESTING) return [{ problem: 'lists are nested too deeply' }]
  const inside = (one: unknown, within = context): Foreign[] =>
    readForeign(one, crawlers, within, nesting + 1)
  if (Array.isArray(value)) return value.flatMap(one => inside(one))
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) return readText(value, inside)
  if (!isObject(value)) return [{ problem: `expected an object, got ${typeName(value)}` }]
  const isAnswer = ADDRESS_NAMES.some(name => name in value)
  const lists = isAnswer ? [] : LISTS_OF_ANSWERS.filter(name => Array.isArray(listIn(value, name)))
  if (lists.length > 0)
    return lists.flatMap(list => inside(listIn(value, list), { list, exportedAt: value['exported_at'] }))
  return readOne(value, crawlers, context)
}

function listIn(value: Bag, name: ListName): unknown {
  return name.split('.').reduce<unknown>((within, part) => bag(within)[part], value)
}

function readText(text: string, inside: (value: unknown) => Foreign[]): Foreign[] {
  try {
    return inside(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return [{ problem: 'it is a text that is not JSON' }]
    throw error
  }
}

function readOne(value: Bag, crawlers: readonly Crawler[], { list, exportedAt }: Context): Foreign[] {
  if (list === 'remix_chains' || list === 'chains') return [readVaultChain(value, crawlers, exportedAt)]
  if (isHarEntry(value)) return [readHarEntry(value, crawlers)]
  const isItem = list === 'items' && ('post' in value || 'genId' in value || 'mode' in value)
  if ('_raw' in value || isItem) return readVaultItem(value, crawlers, value['exported_at'] ?? exportedAt)
  return [readRecord(value, crawlers)]
}

function readRecord(record: Bag, crawlers: readonly Crawler[]): Foreign {
  const request = bag(record['request'])
  const response = bag(record['response'])
  const isResponse =
    ['body', 'data', 'content', 'json'].some(name => name in response) || 'status' in response
  const address = firstText(
    record['route'],
    request['route'],
    record['endpoint'],
    request['endpoint'],
    record['url'],
    request['url'],
    record['path'],
    request['path'],
    record['router'],
    envelopeOf(record)['router'],
  )
  if (address === undefined) return { problem: 'it does not say which route it is the answer of' }
  const status =
    record['status'] ?? record['status_code'] ?? response['status'] ?? response['status_code'] ?? 200
  if (Number(status) !== 200)
    return { problem: `an answer with HTTP ${String(status)}: only pages (200) are imported` }
  const asked = readAddress(address)
  if (asked.route === undefined) return { problem: `there is no route "${address.slice(0, 100)}"` }
  const params = {
    ...bag(envelopeOf(record)['params']),
    ...asked.params,
    ...bag(record['params'] ?? record['query']),
    ...bag(request['params'] ?? request['query']),
  }
  const body = isResponse
    ? (response['body'] ?? response['json'] ?? response['content'] ?? response)
    : (record['body'] ?? record['response'] ?? payloadOf(record))
  const at = unixMs(
    record['received_at'] ??
      record['fetched_at'] ??
      record['timestamp'] ??
      record['at'] ??
      record['time'] ??
      response['received_at'] ??
      envelopeOf(record)['time_stamp'],
  )
  return answerOf({ route: asked.route, params, at, body }, crawlers)
}

/**
 * The payload of a record that has no body apart: an envelope that names its router, or the payload beside
 * the route.
 */
function payloadOf(record: Bag): unknown {
  if ('router' in record) return record
  const isPage = 'items' in record || 'children' in record
  return { data: record['data'] ?? (isPage ? record : undefined) }
}

/** The envelope of a record: gateways repeat in it what was asked. */
function envelopeOf(record: Bag): Bag {
  const body = record['body'] ?? record['response']
  if (isObject(body)) return isObject(body['body']) ? body['body'] : body
  return record
}

/** Where a route keeps its records. */
export const shapeOf = (route: ReadRoute) => routes[route].shape
