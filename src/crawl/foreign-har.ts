import { isObject } from '../api/index.js'
import type { Crawler } from './contract.js'
import { readAddress } from './foreign-address.js'
import { answerOf, bag, unixMs, type Bag, type Foreign } from './foreign-answer.js'

/** Whether a value is an entry of an HTTP archive (HAR), as browsers save what they have loaded. */
export function isHarEntry({ request, response, startedDateTime }: Bag): boolean {
  return (
    isObject(request) &&
    isObject(response) &&
    (startedDateTime !== undefined || 'mimeType' in bag(response['content']))
  )
}

/**
 * What a browser loaded: an answer where the address is one of a route, by a gateway or the platform itself.
 */
export function readHarEntry(entry: Bag, crawlers: readonly Crawler[]): Foreign {
  const [request, response] = [bag(entry['request']), bag(entry['response'])]
  const { route, params } = readAddress(String(request['url'] ?? ''))
  if (route === undefined || (request['method'] ?? 'GET') !== 'GET')
    return { leftOut: 'a request of a browser that is none of this API' }
  if (response['status'] !== 200) return { leftOut: 'an answer to a browser that is no page (HTTP 200)' }
  const body = bodyOf(bag(response['content']))
  if (body === '')
    return { problem: 'the archive does not hold the body of the answer: save it with contents' }
  return answerOf({ route, params, at: unixMs(entry['startedDateTime']), body }, crawlers)
}

function bodyOf({ text, encoding }: Bag): string {
  if (typeof text !== 'string') return ''
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString() : text
}
