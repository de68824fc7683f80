import { readFileSync } from 'node:fs'

import { describe, expect } from 'vitest'

import { findQuestion } from '../../src/cli/sql/questions.js'
import { defineCrawler, measuresOf } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { FigureReader, figures, kindByStream, Reader, toldByStream } from '../../src/db/index.js'
import { coverageOf } from '../../src/report/index.js'
import { makeReport } from '../../src/report/page.js'
import { NOON, test } from './world.js'

/** A listing of posts' remixers, which no file of the program knows. */
const thirteenth = defineCrawler({
  route: 'get_post_remix_list',
  accepts: 'post',
  order: 'newest-first',
  lists: 'user',
  length: 'remix_count',
  params: post => ({ post_id: post.id }),
  read: (record, page) => page.listUser(record),
})('remixers')

describe('which counter counts which listing', () => {
  test('follows from what a crawler declares, in coverage and in the report', async ({ world }) => {
    const measures = measuresOf([...(await loadCrawlers()), thirteenth])
    world.put('posts', { id: 's_1', remix_count: 7 }, { id: 's_2' })
    world.put('runs', {
      id: 1,
      key: 'k',
      options: '{}',
      state: 'finished',
      started_at: NOON,
      started_after_request: 0,
      last_request: 0,
    })
    world.put('run_seeds', { run_id: 1, seed: 1, text: 's_1', requests: 0 })
    world.put(
      'checkpoints',
      { id: 1, stream: 'remixers', subject_kind: 'post', subject_id: 's_1' },
      { id: 2, stream: 'remixers', subject_kind: 'post', subject_id: 's_2' },
    )
    world.put(
      'frontier',
      { run_id: 1, stream_id: 1, depth: 0, seed: 1, state: 'complete' },
      { run_id: 1, stream_id: 2, depth: 0, seed: 1, state: 'complete' },
    )
    const member = (stream_id: number, item_id: string) => ({
      stream_id,
      kind: 'user',
      item_id,
      hop: 1,
      last_pass: 1,
    })
    world.put('members', member(1, 'user-a'), member(1, 'user-b'), member(2, 'user-a'))
    const reader = new FigureReader(world.file)
    expect(reader.rows(figures.coverageByStream(measures))).toEqual([
      { stream: 'remixers', state: 'complete', listings: 2, told: 7, held_of_told: 2, held: 3 },
    ])
    expect(reader.rows(figures.largestGaps(measures))).toMatchObject([
      { stream: 'remixers', subject: 's_1', told: 7, held: 2, missing: 5 },
    ])
    reader.close()
    const coverage = new Reader(world.file)
    expect(
      [...coverage.listings(measures)]
        .map(coverageOf)
        .map(({ stream, subject, told, held }) => [stream, subject, told, held]),
    ).toEqual([
      ['remixers', 's_1', 7, 2],
      ['remixers', 's_2', null, 1],
    ])
    coverage.close()
    const page = makeReport(world.file, { title: 'x', version: '0', measures, streams: [] }).html.replaceAll(
      /<[^>]*>|\s/g,
      ' ',
    )
    expect(/remixers +7 +2 +[\d.]+\s?% +3 /.test(page)).toBe(true)
  })

  test('is said by the question about gaps as the crawlers declare it', async () => {
    const measures = measuresOf(await loadCrawlers())
    const { sql } = findQuestion('coverage-gaps')
    expect(sql).toContain(toldByStream(measures))
    expect(sql).toContain(kindByStream(measures))
  })

  test('is so in networks, too, which ask whether all listings of a user’s posts were read', async () => {
    const lengths = new Map((await loadCrawlers()).map(({ name, length }) => [name, length]))
    const asked = [...readFileSync('src/db/graphs.ts', 'utf8').matchAll(/isReadOfPosts\('(\w+)', '(\w+)'\)/g)]
    expect(asked.length).toBe(2)
    for (const [, stream, counter] of asked) expect(lengths.get(stream ?? '')).toBe(counter)
  })

  test('leaves no listing with a counter out of the question', ({ world }) => {
    world
      .put('users', { id: 'user-a', post_count: 5, cameo_count: 1 })
      .put('posts', { id: 's_1', reply_count: 3 })
      .put('comments', { id: 'c1', reply_count: 2 })
    world.put(
      'checkpoints',
      { id: 1, stream: 'posts', subject_kind: 'user', subject_id: 'user-a' },
      { id: 2, stream: 'cameos', subject_kind: 'user', subject_id: 'user-a' },
      { id: 3, stream: 'comments', subject_kind: 'post', subject_id: 's_1' },
      { id: 4, stream: 'replies', subject_kind: 'comment', subject_id: 'c1' },
      { id: 5, stream: 'detail', subject_kind: 'link', subject_id: 's_1' },
    )
    world.put(
      'members',
      { stream_id: 1, kind: 'post', item_id: 's_1', hop: 0, last_pass: 1 },
      { stream_id: 4, kind: 'reply', item_id: 'c2', hop: 0, last_pass: 1 },
    )
    expect(world.ask('coverage-gaps').map(({ stream, told, held }) => [stream, told, held])).toEqual([
      ['posts', 5, 1],
      ['comments', 3, 0],
      ['cameos', 1, 0],
      ['replies', 2, 1],
    ])
  })
})
