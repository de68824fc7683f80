import type { GraphColumn, GraphValue } from '../../db/index.js'
import { labelOf, told, type GraphSource } from './format.js'
import { escapeXml, idText } from './xml.js'

const TYPES: Readonly<Record<GraphColumn['type'], string>> = {
  text: 'string',
  integer: 'long',
  flag: 'boolean',
  time: 'string',
}

/**
 * A graph as GraphML, piece by piece. GraphML knows no time: the interval of an edge is in its attributes.
 * Each node has its id as `name` again, which is how igraph finds vertices; it has no way to look up an id.
 */
export function* graphml(graph: GraphSource): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
  yield `<desc>${escapeXml(graph.description)}</desc>\n`
  yield '<key id="name" for="node" attr.name="name" attr.type="string"/>\n'
  yield '<key id="label" for="node" attr.name="label" attr.type="string"/>\n'
  yield keys('node', graph.nodeColumns)
  yield '<key id="weight" for="edge" attr.name="weight" attr.type="double"/>\n'
  yield keys('edge', graph.edgeColumns)
  yield `<graph id="${escapeXml(graph.name)}" edgedefault="directed">\n`
  for (const node of graph.nodes()) {
    const id = escapeXml(idText(node.id))
    yield `<node id="${id}"><data key="name">${id}</data><data key="label">${escapeXml(labelOf(graph, node))}</data>${data('node', graph.nodeColumns, node.values)}</node>\n`
  }
  let id = 0
  for (const edge of graph.edges()) {
    yield `<edge id="e${id}" source="${escapeXml(idText(edge.source))}" target="${escapeXml(idText(edge.target))}"><data key="weight">${edge.weight}</data>${data('edge', graph.edgeColumns, edge.values)}</edge>\n`
    id += 1
  }
  yield '</graph>\n</graphml>\n'
}

function keys(owner: 'node' | 'edge', columns: readonly GraphColumn[]): string {
  return columns
    .map(
      ({ name, type }, i) =>
        `<key id="${owner}${i}" for="${owner}" attr.name="${name}" attr.type="${TYPES[type]}"/>\n`,
    )
    .join('')
}

function data(
  owner: 'node' | 'edge',
  columns: readonly GraphColumn[],
  values: readonly GraphValue[],
): string {
  return [...told(columns, values)]
    .map(([i, text]) => `<data key="${owner}${i}">${escapeXml(text)}</data>`)
    .join('')
}
