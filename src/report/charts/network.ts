import { excerpt } from '../format.js'
import { visible } from '../html.js'
import { colour, type Drawing } from './draw.js'
import { placeNodes, type Tie } from './layout.js'

export interface Node {
  readonly id: string
  readonly name: string
  readonly degree: number
  readonly colour: string
}

export interface NetworkTie {
  readonly from: string
  readonly to: string
  readonly weight: number
  /** Drawn stronger. */
  readonly strong: boolean
  /** Whether it has an arrow at its end. */
  readonly directed: boolean
}

export interface Network {
  /** Most ties first. */
  readonly nodes: readonly Node[]
  readonly ties: readonly NetworkTie[]
}

/** Pixels that points and labels may need beyond the outermost points. */
const MARGIN = { x: 44, y: 24 }

/**
 * A network as points and lines: the larger a point, the more ties it has; as many of the largest have their
 * names as there is room for.
 */
export function networkDrawing({ nodes, ties }: Network): (width: number) => Drawing {
  const index = new Map(nodes.map(({ id }, i) => [id, i]))
  const between = ties.map(({ from, to, weight }): Tie => ({
    from: index.get(from) ?? 0,
    to: index.get(to) ?? 0,
    weight,
  }))
  const places = placeNodes(nodes.length, between)
  const most = Math.max(...nodes.map(({ degree }) => degree))
  const heaviest = Math.max(...ties.map(({ weight }) => weight))
  return width => {
    const narrow = width < 500
    const height = narrow ? 380 : 560
    const points = nodes.map((node, i) => ({
      colour: node.colour,
      label: excerpt(visible(node.name), 18),
      size: Number(((narrow ? 4 : 5) + (narrow ? 12 : 20) * Math.sqrt(node.degree / most)).toFixed(1)),
      x: (places[i]?.x ?? 0) * (width - 2 * MARGIN.x),
      y: (places[i]?.y ?? 0) * (height - 2 * MARGIN.y),
    }))
    const named = withRoom(points, narrow ? 10 : 30)
    const data = points.map(({ colour: fill, label, size, x, y }, i) => ({
      id: String(i),
      name: String(i),
      x,
      y,
      symbolSize: size,
      itemStyle: { color: fill, borderColor: colour.card, borderWidth: 1 },
      // As a function, since a text would be read as a template.
      label: {
        show: named.has(i),
        formatter: () => label,
        position: 'top',
        distance: 1,
        color: colour.ink,
        fontSize: FONT_SIZE,
        backgroundColor: colour.card,
        padding: [1, 2],
        borderRadius: 2,
      },
    }))
    const edges = ties.map((tie, i) => ({
      source: String(between[i]?.from),
      target: String(between[i]?.to),
      symbol: ['none', tie.directed ? 'arrow' : 'none'],
      symbolSize: [0, narrow ? 5 : 6],
      lineStyle: lineStyle(tie, heaviest),
    }))
    // The box is as large as the places are apart, so that nothing is stretched.
    const box = { left: MARGIN.x, right: MARGIN.x, top: MARGIN.y, bottom: MARGIN.y }
    return {
      height,
      option: { series: [{ type: 'graph', layout: 'none', coordinateSystem: null, ...box, data, edges }] },
    }
  }
}

function lineStyle({ strong, weight, directed }: NetworkTie, heaviest: number): object {
  const width = 0.8 + (strong ? 0.6 : 0) + 2.2 * ((weight - 1) / Math.max(1, heaviest - 1))
  return {
    color: strong ? colour.ink : colour.muted,
    opacity: strong ? 0.5 : 0.35,
    width: Number(width.toFixed(2)),
    curveness: directed ? 0.12 : 0,
  }
}

const FONT_SIZE = 11

interface Point {
  readonly colour: string
  readonly label: string
  readonly size: number
  readonly x: number
  readonly y: number
}

/** Which points get their label: the first ones, but for those whose label would lie on another label. */
function withRoom(points: readonly Point[], most: number): ReadonlySet<number> {
  const boxes: { left: number; right: number; y: number }[] = []
  const named = new Set<number>()
  for (const [i, { label, size, x, y }] of points.entries()) {
    const half = (label.length * FONT_SIZE * 0.6) / 2 + 3
    const box = { left: x - half, right: x + half, y: y - size / 2 }
    const isFree = boxes.every(
      other => box.right < other.left || box.left > other.right || Math.abs(box.y - other.y) > FONT_SIZE + 3,
    )
    if (!isFree || named.size >= most) continue
    boxes.push(box)
    named.add(i)
  }
  return named
}
