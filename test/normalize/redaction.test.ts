import { describe, expect, test } from 'vitest'

import {
  cursorMentions,
  isTombstone,
  redactBody,
  redactRecord,
  redactText,
  type Forgotten,
} from '../../src/normalize/index.js'

const ID = 'user-Gone1'
const POST = 's_0a1b'
const COMMENT = '00c0ffee'

/** One person with an id, a post, a comment and a handle. */
function forgotten(): Forgotten & { learnt: string[] } {
  const ids = new Set([ID, POST, COMMENT])
  const names = new Set(['gone.one'])
  const learnt: string[] = []
  return {
    learnt,
    isId: text => ids.has(text),
    isName: (word, inAnyCase) => names.has(inAnyCase ? word.toLowerCase() : word),
    remember: (kind, text) => {
      learnt.push(`${kind} ${text}`)
      if (kind === 'item') ids.add(text)
      else names.add(text)
    },
  }
}

const redact = (body: unknown): unknown => JSON.parse(redactBody(JSON.stringify(body), forgotten()))
const MARK = { 'sora-crawl:forgotten': true }

describe('a text', () => {
  test.for([
    ['thanks @gone.one!', 'thanks @[forgotten]!'],
    ['@Gone.One', '@[forgotten]'],
    ['I like gone.one.', 'I like [forgotten].'],
    ['(gone.one)', '([forgotten])'],
    ['https://sora.chatgpt.com/profile/GONE.one?x=1', 'https://sora.chatgpt.com/profile/[forgotten]?x=1'],
    ['https://ogimg.chatgpt.com/?postId=s_0a1b&w=1', 'https://ogimg.chatgpt.com/?postId=[forgotten]&w=1'],
    ['see s_0a1b-attachment-0', 'see [forgotten]-attachment-0'],
    ['<@user-Gone1> and user-Gone12', '<@[forgotten]> and user-Gone12'],
    ['under 00c0ffee', 'under [forgotten]'],
  ] as const)('%j becomes %j', ([text, left]) => {
    expect(redactText(text, forgotten())).toBe(left)
  })

  test.for([
    'gone.ones',
    'begone.one',
    'Gone.One is a sentence',
    'gone',
    'user-gone1',
    '',
    '\uD83D',
    'x'.repeat(50_000),
  ])('%j stays as it is', text => {
    expect(redactText(text, forgotten())).toBe(text)
  })
})

describe('a body', () => {
  test('in which nobody is met is the very same string, as oddly as it may be written', () => {
    const body = '{ "data" : {"items":[{"id":"s_1","text":"\\u0061 1e400", "n": 1e400}]} }'
    expect(redactBody(body, forgotten())).toBe(body)
  })

  test('keeps the place of a record in the list of the page, and of nothing else', () => {
    const other = {
      post: { id: 's_2', shared_by: 'user-A', cameo_profiles: [{ user_id: ID }, { user_id: 'user-B' }] },
      profile: { user_id: 'user-A' },
    }
    expect(redact({ data: { items: [{ post: { id: 's_9', shared_by: ID } }, other] } })).toEqual({
      data: { items: [MARK, { ...other, post: { ...other.post, cameo_profiles: [{ user_id: 'user-B' }] } }] },
    })
  })

  test.for([
    ['shared_by', { id: 's_9', shared_by: ID }],
    ['posted_by', { id: 's_9', posted_by: ID }],
    ['its profile', { post: { id: 's_9' }, profile: { user_id: ID } }],
    ['its own profile', { id: 's_9', profile: { user_id: ID } }],
    ['its id', { post: { id: POST, shared_by: 'user-A' } }],
    ['a profile', { user_id: ID, username: 'x' }],
    ['a profile without id', { username: 'Gone.One', display_name: 'G' }],
    ['a profile in a wrapper', { profile: { user_id: ID } }],
    ['a search hit', { profile: { username: 'x' }, token: `<@${ID}>` }],
  ] as const)('a record is theirs by %s', ([, record]) => {
    expect(redact({ data: { items: [record] } })).toEqual({ data: { items: [MARK] } })
  })

  test('a reply to their comment, or under their post, is theirs too; a remix of their post is not', () => {
    expect(
      redact({
        data: {
          children: {
            items: [
              { id: 'c1', posted_by: 'user-A', parent_post_id: COMMENT },
              { post: { id: 'c2', shared_by: 'user-A', root_post_id: POST } },
            ],
          },
        },
      }),
    ).toEqual({
      data: { children: { items: [MARK, MARK] } },
    })
    expect(
      redact({
        data: {
          items: [{ id: 's_3', shared_by: 'user-A', parent_post_id: POST, parent_path: [POST, 's_4'] }],
        },
      }),
    ).toEqual({
      data: { items: [{ id: 's_3', shared_by: 'user-A', parent_post_id: null, parent_path: ['s_4'] }] },
    })
  })

  test('embedded people and posts are nothing where one stood', () => {
    const post = { id: 's_3', shared_by: 'user-A', parent_post: { post: { id: POST, shared_by: ID } } }
    const profile = { user_id: 'ch_1', owner_profile: { user_id: ID } }
    expect(redact({ data: { items: [{ post, profile, reposter_profile: { user_id: ID } }] } })).toEqual({
      data: {
        items: [
          {
            post: { ...post, parent_post: null },
            profile: { ...profile, owner_profile: null },
            reposter_profile: null,
          },
        ],
      },
    })
  })

  test('that is one record, and theirs, is an empty page of any shape', () => {
    const left = redact({ code: 200, params: { user_id: ID }, data: { profile: { user_id: ID } } })
    expect(left).toEqual({ code: 200, params: null, data: { ...MARK, items: [], cursor: null } })
    expect(redact({ data: { post: { id: POST }, profile: {} } })).toEqual({
      data: { ...MARK, items: [], cursor: null },
    })
    expect(isTombstone((redact({ data: { user_id: ID } }) as { data: unknown }).data)).toBe(true)
  })

  test('the handle of somebody else who has it now stays theirs', () => {
    const record = { user_id: 'user-A', username: 'gone.one', bio: 'gone.one' }
    expect(redact({ data: { items: [record] } })).toEqual({
      data: { items: [{ ...record, bio: '[forgotten]' }] },
    })
  })

  test('a cursor that carries an id is left out, whether base64 or not', () => {
    const cursor = btoa(JSON.stringify({ user_id: ID, at: 1 }))
    expect(cursorMentions(cursor, forgotten())).toBe(true)
    expect(cursorMentions(`after:${ID}`, forgotten())).toBe(true)
    expect(cursorMentions(btoa('{"user_id":"user-A"}'), forgotten())).toBe(false)
    expect(redact({ data: { items: [], cursor } })).toEqual({ data: { items: [], cursor: '[forgotten]' } })
  })

  test('an unknown handle of theirs is learnt, and found above where it was told', () => {
    const known = forgotten()
    const body = JSON.stringify({
      data: {
        items: [
          { id: 's_1', text: 'hi @newname' },
          { user_id: ID, username: 'newname' },
          { id: 's_8', shared_by: ID },
        ],
      },
    })
    expect(JSON.parse(redactBody(body, known))).toEqual({
      data: { items: [{ id: 's_1', text: 'hi @[forgotten]' }, MARK, MARK] },
    })
    expect(known.learnt).toEqual(['name newname', 'item s_8'])
  })

  test('that is no JSON is dropped whole if it names them, and kept if not', () => {
    expect(redactBody('<html>@gone.one</html>', forgotten())).toBe('"[forgotten]"')
    expect(redactBody('<html>cut of', forgotten())).toBe('<html>cut of')
  })

  test('nested without end keeps nothing of the depth where nobody can be looked for', () => {
    const deep = `${'['.repeat(50_000)}"${ID}"${']'.repeat(50_000)}`
    expect(redactBody(`{"data":${deep}}`, forgotten())).not.toContain(ID)
    expect(redactBody(deep, forgotten()).length).toBeLessThan(1_000)
  })

  test('keys of a prototype are keys', () => {
    expect(redactBody(`{"__proto__":{"x":1},"data":{"user_id":"${ID}"}}`, forgotten())).toContain(
      '"__proto__":{"x":1}',
    )
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})

describe('a record that was set aside', () => {
  test('is dropped if it is theirs, changed if it names them, and else the very same', () => {
    expect(redactRecord(`{"id":5,"user_id":"${ID}"}`, forgotten())).toBeUndefined()
    expect(redactRecord('{"id":5,"text":"@gone.one"}', forgotten())).toBe('{"id":5,"text":"@[forgotten]"}')
    expect(redactRecord('{"id": 5}', forgotten())).toBe('{"id": 5}')
    expect(redactRecord('nested too deeply; see the page', forgotten())).toBe(
      'nested too deeply; see the page',
    )
  })
})
