import { beforeAll, describe, expect, test } from 'vitest'

import {
  age,
  DEFAULT_COLLECT_TEXT,
  positiveNumber,
  readCollect,
  sinceTime,
  usd,
  wholeNumber,
} from '../../src/cli/flags.js'
import { DEFAULT_COLLECT, type Crawler } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { AppError } from '../../src/errors.js'

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-usage') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a whole number', () => {
  const depth = wholeNumber('depth', 0)

  test('may be left out', () => {
    expect(depth(undefined)).toBeUndefined()
  })

  test.for([0, 1, 9_007_199_254_740_991])('can be %d', value => {
    expect(depth(value)).toBe(value)
  })

  test.for([-1, 0.5, Number.NaN, Infinity, 1e300, '3', [1, 2], true, null])(
    'cannot be %j, and the refusal names the flag and the least',
    value => {
      expect(refusal(() => depth(value))).toMatch(/--depth .* 0 /)
    },
  )

  test('has the least that it is given', () => {
    expect(wholeNumber('concurrency', 1)(1)).toBe(1)
    expect(refusal(() => wholeNumber('concurrency', 1)(0))).toMatch(/--concurrency .* 1 /)
  })
})

describe('a positive number', () => {
  const rate = positiveNumber('rate')

  test.for([0.1, 5, 1e6, undefined])('can be %s', value => {
    expect(rate(value)).toBe(value)
  })

  test.for([0, -0, -1, Number.NaN, Infinity, '5', [5], null])(
    'cannot be %j, and the refusal names the flag',
    value => {
      expect(refusal(() => rate(value))).toContain('--rate')
    },
  )
})

describe('what no date or number can hold', () => {
  test.for<[string, (value: unknown) => unknown, unknown]>([
    ['an age', age('recheck'), '20000000w'],
    ['an age of many digits', age('min-age'), `${'9'.repeat(400)}d`],
    ['a time before all others', sinceTime('since'), '99999999w'],
    ['a rate', positiveNumber('rate'), 1e300],
    ['a rate without end', positiveNumber('rate'), Infinity],
    ['a rate of almost nothing', positiveNumber('rate'), 1e-320],
    ['a cost', usd('max-cost'), 1e300],
    ['a cost that is rounded to nothing', usd('max-cost'), 1e-9],
    ['a count', wholeNumber('max-pages', 1), 2 ** 53],
    ['a port', wholeNumber('port', 0, 65_535), 65_536],
  ])('%s is refused', ([, read, value]) => {
    expect(refusal(() => read(value))).toMatch(/^--/)
  })

  test.for(['0s', '1.5h', '14d', '52000w'])('an age of %s is taken', value => {
    expect(age('recheck')(value)).toBeGreaterThanOrEqual(0)
  })
})

describe('--collect', () => {
  let crawlers: Crawler[]

  beforeAll(async () => {
    crawlers = await loadCrawlers()
  })

  test('is a comma list, with spaces and stray commas forgiven', () => {
    expect(readCollect(' posts, comments,,', crawlers)).toEqual(['posts', 'comments'])
  })

  test('can be a list, as YAML has it', () => {
    expect(readCollect(['posts', ' replies '], crawlers)).toEqual(['posts', 'replies'])
  })

  test.for(['all', 'posts,all'])('"%s" is every stream of users, posts and comments', value => {
    expect(readCollect(value, crawlers).toSorted()).toEqual([
      'cameos',
      'comments',
      'followers',
      'following',
      'posts',
      'profile',
      'remixes',
      'replies',
    ])
  })

  test('is by default what the contract says', () => {
    expect(DEFAULT_COLLECT_TEXT).toBe('posts,followers,following,cameos,comments,replies')
    expect(readCollect(DEFAULT_COLLECT_TEXT, crawlers)).toEqual(DEFAULT_COLLECT)
  })

  test.for(['likes', 'posts,likes', 'Posts', 'feed', 'search', 'all,likes'])(
    '"%s" is refused with the names that there are',
    value => {
      const message = refusal(() => readCollect(value, crawlers))
      expect(message).toContain('--collect')
      for (const name of ['posts', 'remixes', 'all']) expect(message).toContain(name)
    },
  )

  test.for(['', ' , '])('"%s" is refused: it names nothing', value => {
    expect(refusal(() => readCollect(value, crawlers))).toContain('names no stream')
  })
})
