/** The oracle against the server: what stands on the pages is what the rows say, and nothing else. */
import { afterEach, describe, expect, test } from 'vitest'

import { STREAMS, type Read } from './closure.js'
import { generateWorld, SMALL } from './generate.js'
import { SUBJECTS, type Form } from './model.js'
import { expectedOf, type Expected } from './oracle.js'
import { stored, type Cell, type Tables } from './rows.js'
import { TEST_KEY, WorldServer } from './server.js'
import type { Json, JsonObject } from './wire.js'

const PARAMETER = {
  user: 'user_id',
  post: 'post_id',
  comment: 'comment_id',
  query: 'username',
  none: '',
} as const
let server: WorldServer | undefined

afterEach(async () => {
  await server?.close()
})

async function fetchRead(url: string, read: Read): Promise<{ bodies: Json[]; pages: number }> {
  const bodies: Json[] = []
  const parameter = PARAMETER[SUBJECTS[read.route]]
  let cursor = ''
  for (let pages = 1; ; pages += 1) {
    const query = new URLSearchParams({ ...(parameter === '' ? {} : { [parameter]: read.subject }), cursor })
    const response = await fetch(`${url}/${read.route}?${query}`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    })
    if (response.status !== 200) return { bodies, pages }
    const { data } = (await response.json()) as { data: JsonObject }
    bodies.push(data)
    const list = ('children' in data ? data['children'] : data) as JsonObject
    const next = list['cursor'] ?? data['cursor']
    if (
      read.route === 'get_post_detail' ||
      typeof next !== 'string' ||
      next === '' ||
      list['has_more'] === false
    )
      return { bodies, pages }
    cursor = next
  }
}

function objectsIn(json: Json): JsonObject[] {
  if (json === null || typeof json !== 'object') return []
  const inner = Object.values(json).flatMap(objectsIn)
  return Array.isArray(json) ? inner : [json, ...inner]
}

const idsBy = (objects: readonly JsonObject[], name: string, form: RegExp): Set<string> =>
  new Set(
    objects
      .map(object => object[name])
      .filter(value => typeof value === 'string' && form.test(value)) as string[],
  )

function expectSameIds(objects: readonly JsonObject[], expected: Expected): void {
  const { tables, reads } = expected
  const subjects = [...reads.values()]
    .filter(({ route }) => SUBJECTS[route] === 'user')
    .map(({ subject }) => subject)
  const users = ['user_id', 'shared_by', 'posted_by'].flatMap(name => [
    ...idsBy(objects, name, /^(user-|ch_)/),
  ])
  expect([...new Set([...users, ...subjects])].toSorted()).toEqual([...tables.users.keys()].toSorted())
  // The envelope of comments names its post as a bare id, which is told before as an item of a listing.
  expect([...idsBy(objects, 'id', /^s_\w{32}$/)].toSorted()).toEqual([...tables.posts.keys()].toSorted())
  expect([...idsBy(objects, 'id', /-attachment-/)].toSorted()).toEqual(
    [...tables.attachments.keys()].toSorted(),
  )
  expect([...idsBy(objects, 'id', /^[0-9a-f]{32}$/)].toSorted()).toEqual(
    [...tables.comments.keys()].toSorted(),
  )
}

const RENAMED: Record<string, string> = {
  description: 'bio',
  cover_photo_url: 'banner_image_url',
  verified: 'is_verified',
  likes_received_count: 'like_count',
}

/** All columns that the objects of one kind tell, by id; null and absent tell nothing. */
function toldBy(
  objects: readonly JsonObject[],
  idName: string,
  table: Tables['users'],
): Map<string, Record<string, Cell>> {
  const told = new Map<string, Record<string, Cell>>()
  for (const object of objects) {
    const id = object[idName]
    const row = typeof id === 'string' ? table.get(id) : undefined
    if (row === undefined || typeof id !== 'string') continue
    const seen = told.get(id) ?? {}
    told.set(id, seen)
    for (const [name, value] of Object.entries(object)) {
      const column = idName === 'user_id' ? (RENAMED[name] ?? name) : name
      if (value !== null && column in row && column !== idName) seen[column] = stored(column, value)
    }
  }
  return told
}

function expectSameFields(
  objects: readonly JsonObject[],
  idName: string,
  table: Tables['users'],
  aside: readonly string[],
): void {
  const told = toldBy(objects, idName, table)
  for (const [id, row] of table) {
    const expected = Object.fromEntries(
      Object.entries(row).filter(([name, value]) => value !== null && !aside.includes(name)),
    )
    const seen = Object.entries(told.get(id) ?? {}).filter(([name]) => !aside.includes(name))
    expect([id, Object.fromEntries(seen)]).toEqual([id, expected])
  }
}

describe('the oracle against the pages that the server hands out', () => {
  test.each(['native', 'contract'] as const)('pages, ids and fields agree (%s)', async (form: Form) => {
    const world = generateWorld(91, SMALL)
    server = await WorldServer.start({ world, form })
    const expected = expectedOf({ world, form }, ['feed', 'leaderboard', 'search:sam'], {
      collect: STREAMS,
      depth: 2,
    })
    const bodies: Json[] = []
    for (const read of expected.reads.values()) {
      const fetched = await fetchRead(server.url, read)
      expect([read.route, read.subject, fetched.pages]).toEqual([read.route, read.subject, read.pages])
      bodies.push(...fetched.bodies)
    }
    expect(server.seen).toHaveLength(expected.requests)
    const objects = bodies.flatMap(objectsIn)
    const { users, posts, comments } = expected.tables
    expectSameIds(objects, expected)
    expectSameFields(
      objects,
      'user_id',
      users,
      ['id', 'owner_user_id'].concat(
        form === 'contract' ? ['username', 'display_name', 'profile_picture_url'] : [],
      ),
    )
    expectSameFields(objects, 'id', posts, ['id', 'user_id'])
    const asides = ['id', 'user_id', 'post_id', 'parent_comment_id']
    expectSameFields(objects, 'id', comments, asides)
  })
})
