/** networkx and igraph read the networks: every node, edge and attribute, under its name and with its type. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { describe, expect } from 'vitest'

import {
  edgeColumns,
  graphNames,
  nodeColumns,
  Snapshot,
  type GraphColumn,
  type GraphName,
  type GraphValue,
} from '../../src/db/index.js'
import { idText } from '../../src/export/graph/xml.js'
import { HOSTILE, hostileWorld, storable, test, type World } from './graph-world.js'
import { runPython } from './tools.js'

type Attributes = Record<string, unknown>

interface Read {
  readonly directed: boolean
  readonly nodes: Record<string, Attributes>
  /** `[source, target, attributes]` */
  readonly edges: readonly [string, string, Attributes][]
}

const NETWORKX = `
import json, sys, networkx
graph = getattr(networkx, 'read_' + sys.argv[2])(sys.argv[1])
print(json.dumps({'directed': graph.is_directed(), 'nodes': dict(graph.nodes(data=True)), 'edges': list(graph.edges(data=True))}))`

/** Vertices are named by \`name\`, and found by it; what igraph has for a number that is missing is no JSON. */
const IGRAPH = `
import json, math, sys, igraph
graph = igraph.Graph.Read_GraphML(sys.argv[1])
told = lambda values: {key: value for key, value in values.items() if not (isinstance(value, float) and math.isnan(value)) and value != ''}
names = graph.vs['name'] if graph.vcount() else []
assert all(graph.vs.find(name).index == i for i, name in enumerate(names))
print(json.dumps({'directed': graph.is_directed(), 'nodes': {v['name']: told(v.attributes()) for v in graph.vs},
    'edges': [[names[e.source], names[e.target], told(e.attributes())] for e in graph.es]}))`

function file(world: World, name: GraphName, format: 'gexf' | 'graphml'): string {
  const place = path.join(world.dir, `${name}.${format}`)
  writeFileSync(place, world.export([name], [format]).get(`${name}.${format}`) ?? '')
  return place
}

/** Values of the store as a file of XML can hold them, those that nobody told left out. */
function toldOf(columns: readonly GraphColumn[], values: readonly GraphValue[]): Attributes {
  const told: Attributes = {}
  for (const [i, { name, type }] of columns.entries()) {
    const value = values[i] ?? null
    if (value === null) continue
    if (typeof value === 'string') told[name] = storable(value)
    else told[name] = type === 'flag' ? Number(value) !== 0 : Number(value)
  }
  return told
}

/** What the store has of a network. */
function stored(world: World, name: GraphName): Read {
  const snapshot = new Snapshot(world.file)
  try {
    const nodes = [...snapshot.graphNodes(name)].map(({ id, values }) => [
      idText(id),
      toldOf(nodeColumns, values),
    ])
    const edges = [...snapshot.graphEdges(name)].map(
      ({ source, target, weight, values }): [string, string, Attributes] => [
        idText(source),
        idText(target),
        { weight: Number(weight), ...toldOf(edgeColumns, values) },
      ],
    )
    return { directed: true, nodes: Object.fromEntries(nodes) as Read['nodes'], edges }
  } finally {
    snapshot.close()
  }
}

/** With attributes changed in one way throughout, and edges in the order of their ends. */
function mapped({ directed, nodes, edges }: Read, change: (attributes: Attributes) => Attributes): Read {
  return {
    directed,
    nodes: Object.fromEntries(Object.entries(nodes).map(([id, attributes]) => [id, change(attributes)])),
    edges: edges
      .map(([source, target, attributes]): Read['edges'][number] => [source, target, change(attributes)])
      .toSorted((a, b) => (a[0] + a[1] < b[0] + b[1] ? -1 : 1)),
  }
}

/** What the tools add of their own, or know twice. */
const ADDED = new Set(['id', 'label', 'name', 'start', 'end'])
const withoutAdded = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !ADDED.has(name)))
/** Both tools take an empty text in GraphML for one that is missing. */
const withoutEmpty = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''))

describe.for(graphNames)('the network %s', name => {
  test('is read by networkx from GEXF and GraphML, with every attribute and its type', ({ world }) => {
    hostileWorld(world)
    const expected = stored(world, name)
    expect(Object.keys(expected.nodes)).toHaveLength(HOSTILE.length)
    const read = (format: 'gexf' | 'graphml'): Read =>
      runPython(NETWORKX, [file(world, name, format), format], 'python3-networkx') as Read
    const gexf = read('gexf')
    expect(mapped(gexf, withoutAdded)).toEqual(mapped(expected, told => told))
    for (const [, , edge] of gexf.edges)
      expect([edge['start'], edge['end']]).toEqual([edge['first_seen_at'], edge['gone_at']])
    expect(mapped(read('graphml'), withoutAdded)).toEqual(mapped(expected, withoutEmpty))
  })

  test('is read by igraph from GraphML, and its vertices are found by their ids', ({ world }) => {
    hostileWorld(world)
    const read = runPython(IGRAPH, [file(world, name, 'graphml')], 'python3-igraph') as Read
    const flags = nodeColumns.filter(({ type }) => type === 'flag').map(column => [column.name, false])
    const { nodes, ...rest } = mapped(stored(world, name), withoutEmpty)
    // igraph knows no truth value that is missing: it takes it for false.
    const falsely = Object.entries(nodes).map(([id, told]) => [id, { ...Object.fromEntries(flags), ...told }])
    expect(mapped(read, withoutAdded)).toEqual({
      ...rest,
      nodes: Object.fromEntries(falsely) as Read['nodes'],
    })
  })
})
