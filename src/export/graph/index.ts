import { edgeColumns, nodeColumns, type GraphName, type Snapshot } from '../../db/index.js'
import type { Dataset, Remarks, Resource, RowSource, Sink, Task } from '../contract.js'
import { csv } from '../formats/csv.js'
import { resourceOf } from '../resources.js'
import type { GraphSource } from './format.js'
import { edgeTable, nodeTable } from './gephi.js'
import { gexf } from './gexf.js'
import { graphml } from './graphml.js'

export const graphFormats = ['gexf', 'graphml', 'gephi'] as const
export type GraphFormat = (typeof graphFormats)[number]

export interface GraphRequest {
  readonly graphs: readonly GraphName[]
  readonly formats: readonly GraphFormat[]
}

const ABOUT: Readonly<Record<GraphName, string>> = {
  follow: 'Who follows whom: from the follower to the one followed.',
  cameo:
    'Who appears in whose posts: from the user who appears to the author. The weight is the number of posts.',
  remix:
    'Who remixes whom: from the author of the remix to that of the post remixed. The weight is ' +
    'the number of remixes.',
  reply:
    'Who answers whom: from the author of a comment to that of the post or, for a reply, of the ' +
    'comment above. The weight is the number of comments.',
}

/**
 * One task for each file. Users who take part are the nodes; relations found gone are among the edges, and so
 * are those of users to themselves.
 */
export function graphTasks(snapshot: Snapshot, { graphs, formats }: GraphRequest): Task[] {
  return graphs.flatMap(name => {
    const { relations, leftOut } = snapshot.graphRelations(name)
    const source: GraphSource = {
      name,
      description:
        leftOut === 0
          ? ABOUT[name]
          : `${ABOUT[name]} ${leftOut} of ${relations} relations are left out, since a user at one ` +
            'of their ends is not known.',
      nodeColumns,
      edgeColumns,
      nodes: () => snapshot.graphNodes(name),
      edges: () => snapshot.graphEdges(name),
    }
    return formats.flatMap(format => tasksOf(source, format, relations - leftOut))
  })
}

function tasksOf(graph: GraphSource, format: GraphFormat, rows: number): Task[] {
  if (format === 'gexf') return [xmlTask(graph, 'gexf', 'application/gexf+xml', rows, gexf)]
  if (format === 'graphml') return [xmlTask(graph, 'graphml', 'application/graphml+xml', rows, graphml)]
  return [
    gephiTask(graph, 'nodes', nodeTable(graph), rows, ['Id']),
    gephiTask(graph, 'edges', edgeTable(graph), rows, ['Source', 'Target']),
  ]
}

function xmlTask(
  graph: GraphSource,
  format: string,
  mediatype: string,
  rows: number,
  write: (graph: GraphSource) => Generator<string>,
): Task {
  const written = { nodes: 0, edges: 0 }
  return {
    path: `${graph.name}.${format}`,
    rows,
    dataset: null,
    columns: [],
    format,
    write: sink =>
      pour(
        write({
          ...graph,
          nodes: () => counted(graph.nodes(), () => (written.nodes += 1)),
          edges: () => counted(graph.edges(), () => (written.edges += 1)),
        }),
        written,
        sink,
      ),
    describe: () => ({
      name: `${graph.name}.${format}`,
      description: graph.description,
      format,
      mediatype,
      ...written,
    }),
  }
}

function* counted<T>(items: Iterable<T>, count: () => void): Generator<T, void> {
  for (const item of items) {
    count()
    yield item
  }
}

const BATCH_PIECES = 500

/** Writes pieces, and yields how many nodes and edges they held. */
function* pour(
  pieces: Iterable<string>,
  written: { readonly nodes: number; readonly edges: number },
  sink: Sink,
): Generator<number, void> {
  let batch: string[] = []
  let told = 0
  for (const piece of pieces) {
    batch.push(piece)
    if (batch.length < BATCH_PIECES) continue
    sink.write(batch.join(''))
    yield written.nodes + written.edges - told
    told = written.nodes + written.edges
    batch = []
  }
  sink.write(batch.join(''))
  yield written.nodes + written.edges - told
}

function gephiTask(
  graph: GraphSource,
  part: string,
  source: RowSource,
  rows: number,
  key: readonly string[],
): Task {
  const about = `${graph.description} The ${part}, as Gephi’s spreadsheet import takes them.`
  const dataset: Dataset = {
    name: `gephi_${graph.name}_${part}`,
    kind: 'query',
    about,
    columns: source.columns,
    key,
    references: [],
  }
  return {
    path: `gephi/${graph.name}-${part}.csv`,
    rows,
    dataset: null,
    columns: [],
    format: 'gephi',
    write: (sink: Sink, remarks: Remarks) => csv.write(source, sink, remarks),
    describe: (written): Resource =>
      resourceOf({ dataset, format: csv, suffix: '', rows: written, whole: new Set() }),
  }
}
