import { describe, expect, test } from 'vitest'

import { estimateJson, estimateText } from '../../src/cli/estimate-text.js'
import type { Estimate, EstimateLine } from '../../src/crawl/index.js'

const figure = (requests: number): { requests: number; cost: number } => ({
  requests,
  cost: requests * 50_000,
})
const range = (low: number, likely: number, high: number) => ({
  low: figure(low),
  likely: figure(likely),
  high: figure(high),
})

function line(
  seed: string,
  stream: string,
  streams: number,
  figures: [number, number, number],
): EstimateLine {
  return { seed, stream, streams, ...range(...figures) }
}

function estimate(given: Partial<Estimate> = {}): Estimate {
  const lines = [line('feed', 'feed', 1, [2, 4, 9]), line('feed', 'comments', 1_234, [0, 61, 1_400])]
  return {
    lines,
    total: range(2, 65, 1_409),
    dearest: 50_000,
    unfound: [],
    unknown: [],
    records: [],
    ...given,
  }
}

const cells = (text: string): string[][] => text.split('\n').map(row => row.trim().split(/ {2,}/))

describe('an estimate as text', () => {
  test('is a table of seeds and streams, requests and dollars, with the sum below it', () => {
    const [header, feed, comments, sum] = cells(estimateText(estimate()))
    expect(header).toEqual([
      'seed',
      'stream',
      'streams',
      'low',
      'likely',
      'high',
      'low $',
      'likely $',
      'high $',
    ])
    expect(feed).toEqual(['feed', 'feed', '1', '2', '4', '9', '$0.10', '$0.20', '$0.45'])
    expect(comments).toEqual(['feed', 'comments', '1,234', '0', '61', '1,400', '$0.00', '$3.05', '$70.00'])
    expect(sum).toEqual(['in all', '2', '65', '1,409', '$0.10', '$3.25', '$70.45'])
  })

  test('columns stand under their names', () => {
    const [header, feed, comments, sum] = estimateText(estimate()).split('\n') as [
      string,
      string,
      string,
      string,
    ]
    for (const row of [feed, comments, sum]) expect(row.indexOf('$')).toBe(header.indexOf('low $'))
  })

  test('says the range in one sentence', () => {
    expect(estimateText(estimate())).toContain('From $0.10 to $70.45, likely $3.25, of what is known.')
  })

  test('says no more than the least where a part is not known', () => {
    expect(estimateText(estimate({ unknown: ['posts: how long 3 listings are'] }))).toContain(
      'In all: at least $0.10; $0.10 to $70.45, likely $3.25, of what is known.',
    )
  })

  test.for([
    [['@omar'], 'at least $0.05, cannot be estimated before @omar is found.'],
    [['@omar', '@sam'], 'at least $0.05, cannot be estimated before @omar, @sam are found.'],
    [['@a', '@b', '@c', '@d'], 'at least $0.05, cannot be estimated before 4 handles are found.'],
  ] as const)('says of %j that nothing is known', ([unfound, sentence]) => {
    const text = estimateText(
      estimate({ unfound, unknown: ['search: what 1 listing brings'], total: range(1, 1, 1) }),
    )
    expect(text).toContain(sentence)
    expect(text).not.toContain('likely $0.05')
  })

  test('says what it does not know, one line each, and nothing of the kind where it knows all', () => {
    const text = estimateText(
      estimate({ unknown: ['posts: how long 3 listings are', 'posts: what 2 listings bring'] }),
    )
    expect(text).toMatch(
      /^Not known.*:\n {2}posts: how long 3 listings are\n {2}posts: what 2 listings bring$/m,
    )
    expect(estimateText(estimate())).not.toContain('Not known')
  })

  test.for([
    { actual: 65, off: ', 0 %' },
    { actual: 50, off: ', +30 %' },
    { actual: 100, off: ', -35 %' },
    { actual: 1, off: ', +6400 %' },
    { actual: 0, off: '' },
  ])('says how far an earlier one was off: 65 were likely and $actual billed', ({ actual, off }) => {
    const text = estimateText(estimate({ records: [{ run: 7, low: 2, likely: 65, high: 1_409, actual }] }))
    expect(text).toContain(
      `run 7  likely 65 (2 to 1,409)  billed ${actual} request${actual === 1 ? '' : 's'}${off}`,
    )
  })

  test('which pages the figures assume is said only as long as nothing was compared', () => {
    expect(estimateText(estimate())).toContain('half as full')
    expect(
      estimateText(estimate({ records: [{ run: 1, low: 1, likely: 1, high: 1, actual: 1 }] })),
    ).not.toContain('half as full')
  })

  test('nothing to read is said in one line', () => {
    expect(estimateText(estimate({ lines: [], total: range(0, 0, 0) }))).toBe('Nothing is left to read.')
  })

  test('a seed that would redraw the terminal, or is a novel, is made harmless', () => {
    const seed = `search:\u001B[2J\u0007${'x'.repeat(500)}`
    const [, row] = estimateText(estimate({ lines: [line(seed, 'search', 1, [1, 1, 1])] })).split('\n') as [
      string,
      string,
    ]
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(row).not.toMatch(/[\u0000-\u001F\u007F]/)
    expect(row.length).toBeLessThan(140)
  })

  test('a limit cuts lines, says how many, and leaves the sum', () => {
    const lines = Array.from({ length: 30 }, (_, n) => line(`user-${n}`, 'posts', 1, [1, 1, 2]))
    const text = estimateText(estimate({ lines, total: range(30, 30, 60) }), 20)
    expect(text.match(/^user-/gm)).toHaveLength(20)
    expect(text).toContain('and 10 more lines')
    expect(text).toMatch(/^in all +30 +30 +60 /m)
    expect(estimateText(estimate({ lines, total: range(30, 30, 60) }))).not.toContain('more line')
  })
})

describe('an estimate as JSON', () => {
  test('has requests and dollars of each line and of all', () => {
    expect(
      estimateJson(
        estimate({
          unfound: ['@omar'],
          unknown: ['something'],
          records: [{ run: 1, low: 1, likely: 2, high: 3, actual: 2 }],
        }),
      ),
    ).toEqual({
      total: {
        requests: { low: 2, likely: 65, high: 1_409 },
        cost_usd: { low: 0.1, likely: 3.25, high: 70.45 },
      },
      streams: [
        {
          seed: 'feed',
          stream: 'feed',
          streams: 1,
          requests: { low: 2, likely: 4, high: 9 },
          cost_usd: { low: 0.1, likely: 0.2, high: 0.45 },
        },
        {
          seed: 'feed',
          stream: 'comments',
          streams: 1_234,
          requests: { low: 0, likely: 61, high: 1_400 },
          cost_usd: { low: 0, likely: 3.05, high: 70 },
        },
      ],
      unfound: ['@omar'],
      unknown: ['something'],
      earlier: [{ run: 1, low: 1, likely: 2, high: 3, actual: 2 }],
    })
  })
})
