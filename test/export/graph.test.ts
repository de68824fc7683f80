import { spawnSync } from 'node:child_process'

import { DirectedGraph as Graph } from 'graphology'
import { parse as parseGexf } from 'graphology-gexf'
import { parse as parseGraphml } from 'graphology-graphml'
import { describe, expect } from 'vitest'

import { graphNames, type GraphName } from '../../src/db/index.js'
import { escapeXml, idText } from '../../src/export/graph/xml.js'
import { HOSTILE, hostileWorld, NOON, ONE, storable, test, TWO, type World } from './graph-world.js'

type Parse = (graph: typeof Graph, text: string) => Graph
const PARSERS = { gexf: parseGexf as unknown as Parse, graphml: parseGraphml as unknown as Parse }

function graphOf(world: World, name: GraphName, format: 'gexf' | 'graphml' = 'gexf'): Graph {
  return PARSERS[format](Graph, world.export([name], [format]).get(`${name}.${format}`) ?? '')
}

/** `source>target weight`, in the order of the file. */
const edgesOf = (graph: Graph): string[] =>
  graph.mapEdges((_, { weight }, source, target) => `${source}>${target} ${String(weight)}`)

/** Ann, Bob and Cy: one of each relation, some twice, one gone. */
function story(world: World): World {
  return world
    .put(
      'users',
      { id: 'user-ann', username: 'ann', follower_count: 3, is_verified: 1 },
      { id: 'user-bob', username: null, display_name: 'Bob' },
      { id: 'user-cy' },
      { id: 'user-far', username: 'far' },
    )
    .put(
      'edges',
      { kind: 'follow', source_id: 'user-ann', target_id: 'user-bob' },
      { kind: 'follow', source_id: 'user-bob', target_id: 'user-ann', gone_at: TWO },
      { kind: 'follow', source_id: 'user-cy', target_id: 'user-cy' },
    )
    .put(
      'posts',
      { id: 's_1', user_id: 'user-ann', posted_at: NOON },
      { id: 's_2', user_id: 'user-ann', posted_at: ONE },
      { id: 's_3', user_id: 'user-bob', posted_at: TWO, parent_post_id: 's_1' },
      { id: 's_4', user_id: null },
    )
    .put(
      'edges',
      ...['s_1', 's_2', 's_4'].map(post => ({
        kind: 'cameo',
        source_id: 'user-bob',
        target_id: post,
        first_seen_at: post === 's_1' ? ONE : NOON,
        gone_at: post === 's_1' ? null : TWO,
      })),
    )
    .put(
      'edges',
      { kind: 'cameo', source_id: 'user-ann', target_id: 's_1', gone_at: TWO },
      { kind: 'remix', source_id: 's_3', target_id: 's_1' },
      { kind: 'remix', source_id: 's_3', target_id: 's_2' },
      { kind: 'remix', source_id: 's_4', target_id: 's_1' },
    )
    .put(
      'comments',
      { id: 'c1', post_id: 's_1', user_id: 'user-bob', posted_at: NOON },
      { id: 'c2', post_id: 's_1', user_id: 'user-bob', posted_at: TWO },
      { id: 'c3', post_id: 's_1', parent_comment_id: 'c1', user_id: 'user-cy' },
      { id: 'c4', post_id: 's_1', parent_comment_id: 'lost', user_id: 'user-cy' },
      { id: 'c5', post_id: 's_4', user_id: 'user-cy' },
    )
}

describe('a graph', () => {
  test.for([
    [
      'follow',
      ['user-ann>user-bob 1', 'user-bob>user-ann 1', 'user-cy>user-cy 1'],
      /follower to the one followed\.<\/desc/,
    ],
    ['cameo', ['user-ann>user-ann 1', 'user-bob>user-ann 2'], /1 of 4 relations are left out/],
    ['remix', ['user-bob>user-ann 1'], /1 of 2 relations are left out/],
    ['reply', ['user-bob>user-ann 2', 'user-cy>user-bob 1'], /2 of 5 relations are left out/],
  ] as const)(
    '%s has an edge for each pair, and says what is left out',
    ([name, edges, description], { world }) => {
      story(world)
      for (const format of ['gexf', 'graphml'] as const)
        expect(edgesOf(graphOf(world, name, format))).toEqual(edges)
      expect(world.export([name], ['graphml']).get(`${name}.graphml`)).toMatch(description)
    },
  )

  test('has those users as nodes who take part, with what is known of them', ({ world }) => {
    const graph = graphOf(story(world), 'follow')
    expect(graph.nodes()).toEqual(['user-ann', 'user-bob', 'user-cy'])
    expect(graph.getNodeAttributes('user-ann')).toEqual({
      label: 'ann',
      username: 'ann',
      follower_count: 3,
      is_verified: true,
      first_seen_at: NOON,
      last_seen_at: NOON,
      crawled_in: false,
      crawled_out: false,
      crawled: false,
    })
    expect(graph.getNodeAttribute('user-bob', 'label')).toBe('Bob')
    expect(graph.getNodeAttribute('user-cy', 'label')).toBe('user-cy')
  })

  test('says of an edge how long it held, and of how many relations', ({ world }) => {
    story(world)
    const follow = world.export(['follow'], ['gexf']).get('follow.gexf') ?? ''
    expect(follow).toContain(`<edge id="0" source="user-ann" target="user-bob" weight="1" start="${NOON}"><`)
    expect(follow).toContain(
      `<edge id="1" source="user-bob" target="user-ann" weight="1" start="${NOON}" end="${TWO}"><`,
    )
    const graph = graphOf(world, 'cameo')
    expect(graph.getEdgeAttributes('user-bob', 'user-ann')).toEqual({
      weight: 2,
      gone: 1,
      first_seen_at: NOON,
      first_posted_at: NOON,
      last_posted_at: ONE,
    })
    expect(graph.getEdgeAttributes('user-ann', 'user-ann')).toEqual({
      weight: 1,
      gone: 1,
      first_seen_at: NOON,
      gone_at: TWO,
      first_posted_at: NOON,
      last_posted_at: NOON,
    })
    expect(graphOf(world, 'reply').getEdgeAttributes('user-bob', 'user-ann')).toMatchObject({
      first_posted_at: NOON,
      last_posted_at: TWO,
    })
  })

  test('never ends an edge before it began, whatever the clock did', ({ world }) => {
    world.put('users', { id: 'user-a' }).put('edges', {
      kind: 'follow',
      source_id: 'user-a',
      target_id: 'user-a',
      first_seen_at: TWO,
      gone_at: NOON,
    })
    expect(world.export(['follow'], ['gexf']).get('follow.gexf')).toContain(`start="${TWO}" end="${TWO}"`)
    expect(world.export(['follow'], ['gephi']).get('gephi/follow-edges.csv')).toContain(
      `"<[${TWO}, ${TWO}]>"`,
    )
  })

  test('of an empty database is empty', ({ world }) => {
    for (const name of graphNames) {
      expect(graphOf(world, name, 'graphml').order).toBe(0)
      expect(world.export([name], ['gexf']).get(`${name}.gexf`)).toContain(
        '<nodes>\n</nodes>\n<edges>\n</edges>',
      )
    }
  })
})

describe('crawled', () => {
  const flags = (world: World, name: GraphName, user: string): unknown[] => {
    const { crawled_in, crawled_out, crawled } = graphOf(world, name).getNodeAttributes(user)
    return [crawled_in, crawled_out, crawled]
  }

  test('is told of both directions of follows, for listings read to their end', ({ world }) => {
    story(world)
      .read('followers', 'user-ann')
      .read('followers', 'user-bob')
      .read('following', 'user-bob')
      .read('followers', 'user-cy', { completed_pass: null, pass_state: 'capped' })
      .read('posts', 'user-cy')
    expect(['user-ann', 'user-bob', 'user-cy'].map(user => flags(world, 'follow', user))).toEqual([
      [true, false, false],
      [true, true, true],
      [false, false, false],
    ])
  })

  test('holds for a listing that a counter says is empty', ({ world }) => {
    story(world)
      .read('followers', 'user-ann', { id: 9, completed_pass: null, pass_state: 'none' })
      .put('frontier', { run_id: 1, stream_id: 9, depth: 0, seed: 0, state: 'gated' })
    expect(flags(world, 'follow', 'user-ann')).toEqual([true, false, false])
  })

  test('of appearances needs the posts of the author, and the cameos of who appears', ({ world }) => {
    story(world).read('posts', 'user-ann').read('cameos', 'user-bob')
    expect([flags(world, 'cameo', 'user-ann'), flags(world, 'cameo', 'user-bob')]).toEqual([
      [true, false, false],
      [false, true, false],
    ])
  })

  test('of remixes and replies needs those of every post', ({ world }) => {
    story(world).read('posts', 'user-ann').read('remixes', 's_1').read('comments', 's_1')
    expect([flags(world, 'remix', 'user-ann'), flags(world, 'reply', 'user-ann')]).toEqual([
      [false, true, false],
      [false, undefined, false],
    ])
    world.read('remixes', 's_2').sqlite.exec("UPDATE posts SET reply_count = 0 WHERE id = 's_2'")
    expect([flags(world, 'remix', 'user-ann'), flags(world, 'reply', 'user-ann')]).toEqual([
      [true, true, true],
      [true, undefined, true],
    ])
  })
})

describe('in a world full of hostile text', () => {
  test('GEXF and GraphML are read back with all nodes, edges and attributes', ({ world }) => {
    hostileWorld(world)
    for (const format of ['gexf', 'graphml'] as const) {
      const graph = graphOf(world, 'follow', format)
      expect([graph.order, graph.size]).toEqual([HOSTILE.length, HOSTILE.length * 10])
      for (const [i, text] of HOSTILE.entries()) {
        const node = graph.getNodeAttributes(idText(`user-${text}-${i}`))
        expect(node).toMatchObject({
          ...(text === '' ? {} : { username: storable(text) }),
          follower_count: 2 ** 40 + i,
        })
        expect(node['is_verified']).toBe(i % 3 === 0 ? undefined : i % 2 === 1)
      }
      const ends = graph.mapEdges((_, { gone_at }) => gone_at as unknown).filter(at => at !== undefined)
      expect(ends).toEqual(HOSTILE.map(() => TWO))
    }
    for (const name of ['cameo', 'remix', 'reply'] as const) {
      const weight = (graph: Graph): number =>
        graph.reduceEdges((sum, _, attributes) => sum + Number(attributes['weight']), 0)
      expect([weight(graphOf(world, name)), weight(graphOf(world, name, 'graphml'))]).toEqual([
        HOSTILE.length,
        HOSTILE.length,
      ])
    }
  })

  test('a strict parser takes every file, and sees the same', ({ world }) => {
    hostileWorld(world)
    const script = `
import sys, json, xml.etree.ElementTree as E
root = E.fromstring(sys.stdin.buffer.read())
n = root.tag.split('}')[0] + '}'
print(json.dumps([root.tag, [e.get('id') for e in root.iter(n + 'node')], [[e.get('source'), e.get('target')] for e in root.iter(n + 'edge')]]))`
    for (const name of graphNames) {
      for (const format of ['gexf', 'graphml'] as const) {
        const input = world.export([name], [format]).get(`${name}.${format}`) ?? ''
        const { stdout, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' })
        expect(stderr).toBe('')
        const [tag, nodes, edges] = JSON.parse(stdout) as [string, string[], [string, string][]]
        expect(tag).toBe(
          format === 'gexf'
            ? '{http://www.gexf.net/1.2draft}gexf'
            : '{http://graphml.graphdrawing.org/xmlns}graphml',
        )
        expect([nodes.length, new Set(nodes).size]).toEqual([HOSTILE.length, HOSTILE.length])
        expect(edges.every(([source, target]) => nodes.includes(source) && nodes.includes(target))).toBe(true)
      }
    }
  })

  test('Gephi’s tables have its columns, and every value as text', ({ world }) => {
    hostileWorld(world)
    const files = world.export(['follow'], ['gephi'])
    const read = (file: string): string[][] => {
      const { stdout, stderr } = spawnSync(
        'python3',
        [
          '-c',
          "import csv,io,json,sys\nprint(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline='')))))",
        ],
        { input: files.get(file) ?? '', encoding: 'utf8', maxBuffer: 2 ** 26 },
      )
      expect(stderr).toBe('')
      return JSON.parse(stdout) as string[][]
    }
    const [nodeHead, ...nodes] = read('gephi/follow-nodes.csv')
    const [edgeHead, ...edges] = read('gephi/follow-edges.csv')
    expect(nodeHead?.slice(0, 4)).toEqual(['Id', 'Label', 'username', 'display_name'])
    expect(edgeHead?.slice(0, 5)).toEqual(['Source', 'Target', 'Type', 'Weight', 'Timeset'])
    const ids = new Set(nodes.map(([id]) => id))
    expect([ids.size, edges.length]).toEqual([HOSTILE.length, HOSTILE.length * 10])
    expect(
      edges.every(
        ([source, target, type, weight]) =>
          ids.has(source) && ids.has(target) && type === 'Directed' && weight === '1',
      ),
    ).toBe(true)
    expect(edges.filter(([, , , , timeset]) => timeset === `<[${NOON}, ${TWO}]>`)).toHaveLength(
      HOSTILE.length,
    )
    const verified = nodeHead?.indexOf('is_verified') ?? 0
    expect([...new Set(nodes.map(node => node[verified]))].toSorted()).toEqual(['', 'false', 'true'])
  })

  test('the same database gives the same bytes', ({ world }) => {
    hostileWorld(world)
    expect(world.export(graphNames, ['gexf', 'graphml', 'gephi'])).toEqual(
      world.export(graphNames, ['gexf', 'graphml', 'gephi']),
    )
  })
})

describe('XML', () => {
  test('holds no lone half of a pair, and whole pairs as they are', () => {
    expect(escapeXml('\uD83D\u{1F431}\uDC31')).toBe('\uFFFD\u{1F431}\uFFFD')
  })

  test('gives two ids that it cannot hold two names', () => {
    const ids = ['a\u0001', 'a\u0002', String.raw`a\u0001`, 'a\uFFFD', 'a']
    expect(new Set(ids.map(id => escapeXml(idText(id)))).size).toBe(ids.length)
  })
})
