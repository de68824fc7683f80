import type { GraphColumn, GraphEdge, GraphNode, GraphValue } from '../../db/index.js'

/** What a graph file says of itself. */
export interface GraphHead {
  /** For example `follow`. */
  readonly name: string
  readonly description: string
  readonly nodeColumns: readonly GraphColumn[]
  readonly edgeColumns: readonly GraphColumn[]
}

/** A graph as it is written: all nodes, then all edges, each once and only as they are asked for. */
export interface GraphSource extends GraphHead {
  nodes(): Iterable<GraphNode>
  edges(): Iterable<GraphEdge>
}

/** What people read: the handle, else the name shown, else the id. */
export function labelOf({ nodeColumns }: GraphHead, node: GraphNode): string {
  const names = ['username', 'display_name'].map(
    name => node.values[nodeColumns.findIndex(column => column.name === name)],
  )
  return names.filter(name => typeof name === 'string' && name !== '').map(String)[0] ?? node.id
}

/** Values with their columns; those that nobody told are left out. */
export function* told(
  columns: readonly GraphColumn[],
  values: readonly GraphValue[],
): Generator<[index: number, text: string]> {
  for (const [index, column] of columns.entries()) {
    const value = values[index] ?? null
    if (value !== null) yield [index, valueText(column, value)]
  }
}

export function valueText(column: GraphColumn, value: GraphValue): string {
  return column.type === 'flag' ? String(value !== 0 && value !== 0n) : String(value)
}

/**
 * How long an edge is known to have held: from the first time it was seen until it was found gone.
 * @returns `end` null while it holds; never before the start, which readers refuse
 */
export function intervalOf(
  { edgeColumns }: GraphHead,
  edge: GraphEdge,
): { readonly start: string | null; readonly end: string | null } {
  const time = (name: string): string | null => {
    const value = edge.values[edgeColumns.findIndex(column => column.name === name)]
    return typeof value === 'string' ? value : null
  }
  const [start, end] = [time('first_seen_at'), time('gone_at')]
  return { start, end: start !== null && end !== null && end < start ? start : end }
}
