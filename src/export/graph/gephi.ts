import type { GraphValue } from '../../db/index.js'
import type { Column, RowSource } from '../contract.js'
import { intervalOf, labelOf, valueText, type GraphSource } from './format.js'
import { idText } from './xml.js'

const column = (name: string, about: string, type: Column['type'] = 'text', required = true): Column => ({
  name,
  type,
  required,
  choices: null,
  about,
})

/** What Gephi’s spreadsheet import takes for a table of nodes: it knows `Id` and `Label` by name. */
export function nodeTable(graph: GraphSource): RowSource {
  return {
    columns: [
      column('Id', 'The user.'),
      column('Label', 'The handle; else the name shown, else the id.'),
      ...graph.nodeColumns.map(columnOf),
    ],
    *rows() {
      for (const node of graph.nodes())
        yield [
          idText(node.id),
          labelOf(graph, node),
          ...node.values.map((value, i) => cellOf(graph.nodeColumns[i], value)),
        ]
    },
  }
}

/**
 * The same for edges: it knows `Source`, `Target`, `Type`, `Weight` and, as the time in which an edge is
 * there, `Timeset`.
 */
export function edgeTable(graph: GraphSource): RowSource {
  const known = [
    column('Source', 'The user from whom the edge goes.'),
    column('Target', 'The user to whom it goes.'),
    column('Type', 'Always `Directed`.'),
    column('Weight', 'How many relations the edge stands for.', 'integer'),
    column('Timeset', 'From when until when the edge is known to have held.'),
  ]
  return {
    columns: [...known, ...graph.edgeColumns.map(columnOf)],
    *rows() {
      for (const edge of graph.edges()) {
        const { start, end } = intervalOf(graph, edge)
        const timeset = `<[${start ?? '-Infinity'}, ${end ?? 'Infinity'}]>`
        yield [
          idText(edge.source),
          idText(edge.target),
          'Directed',
          edge.weight,
          timeset,
          ...edge.values.map((value, i) => cellOf(graph.edgeColumns[i], value)),
        ]
      }
    },
  }
}

function columnOf({ name, type, about }: GraphSource['nodeColumns'][number]): Column {
  return {
    name,
    type: type === 'flag' ? 'text' : type,
    required: false,
    choices: type === 'flag' ? ['true', 'false'] : null,
    about,
  }
}

/** Gephi takes `true` and `false` for a flag, and 1 and 0 for numbers. */
function cellOf(of: GraphSource['nodeColumns'][number] | undefined, value: GraphValue): GraphValue {
  return value === null || of?.type !== 'flag' ? value : valueText(of, value)
}
