import type { GraphColumn, GraphValue } from '../../db/index.js'
import { intervalOf, labelOf, told, type GraphSource } from './format.js'
import { escapeXml, idText } from './xml.js'

const TYPES: Readonly<Record<GraphColumn['type'], string>> = {
  text: 'string',
  integer: 'long',
  flag: 'boolean',
  time: 'string',
}

/**
 * A graph as GEXF 1.2, piece by piece. Edges have a beginning and, where they are gone, an end; nodes are
 * there throughout.
 *
 * It is 1.2 because the networkx of Debian 12 takes no later one. The time format is `date`, although the times are
 * to the millisecond: networkx stops at `dateTime`, and Gephi reads the same times with either.
 */
export function* gexf(graph: GraphSource): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
  yield `<meta>\n<creator>sora-crawl</creator>\n<description>${escapeXml(graph.description)}</description>\n</meta>\n`
  yield '<graph defaultedgetype="directed" mode="dynamic" timeformat="date" timerepresentation="interval">\n'
  yield attributes('node', graph.nodeColumns)
  yield attributes('edge', graph.edgeColumns)
  yield '<nodes>\n'
  for (const node of graph.nodes()) {
    yield `<node id="${escapeXml(idText(node.id))}" label="${escapeXml(labelOf(graph, node))}">${values(graph.nodeColumns, node.values)}</node>\n`
  }
  yield '</nodes>\n<edges>\n'
  let id = 0
  for (const edge of graph.edges()) {
    const { start, end } = intervalOf(graph, edge)
    const spell = `${start === null ? '' : ` start="${escapeXml(start)}"`}${end === null ? '' : ` end="${escapeXml(end)}"`}`
    yield `<edge id="${id}" source="${escapeXml(idText(edge.source))}" target="${escapeXml(idText(edge.target))}" weight="${edge.weight}"${spell}>${values(graph.edgeColumns, edge.values)}</edge>\n`
    id += 1
  }
  yield '</edges>\n</graph>\n</gexf>\n'
}

function attributes(owner: 'node' | 'edge', columns: readonly GraphColumn[]): string {
  const lines = columns.map(
    ({ name, type }, i) => `<attribute id="${i}" title="${name}" type="${TYPES[type]}"/>\n`,
  )
  return `<attributes class="${owner}" mode="static">\n${lines.join('')}</attributes>\n`
}

function values(columns: readonly GraphColumn[], all: readonly GraphValue[]): string {
  const lines = [...told(columns, all)].map(
    ([i, text]) => `<attvalue for="${i}" value="${escapeXml(text)}"/>`,
  )
  return lines.length === 0 ? '' : `<attvalues>${lines.join('')}</attvalues>`
}
