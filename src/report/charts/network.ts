import { excerpt } from '../format.js'
import { visible } from '../html.js'
import { colour, type Drawing } from './draw.js'
import { placeNodes, type Tie } from './layout.js'

export interface Node {
  readonly id: string
  readonly name: string
  readonly degree: number
}

export interface NetworkTie {
  readonly from: string
  readonly to: string
  readonly weight: number
  /** Drawn stronger. */
  readonly strong: boolean
}

export interface Network {
  /** Most ties first. */
  readonly nodes: readonly Node[]
  readonly ties: readonly NetworkTie[]
}

/** As a function, since a text would be read as a template. */
function labelOf({ name }: Node): () => string {
  const label = excerpt(visible(name), 18)
  return () => label
}

/** A network as points and lines: the larger a point, the more ties it has; the largest have their names. */
export function networkDrawing({ nodes, ties }: Network, fill: string): (width: number) => Drawing {
  const index = new Map(nodes.map(({ id }, i) => [id, i]))
  const between = ties.map(({ from, to, weight }): Tie => ({ from: index.get(from) ?? 0, to: index.get(to) ?? 0, weight }))
  const places = placeNodes(nodes.length, between)
  const most = Math.max(...nodes.map(({ degree }) => degree))
  const heaviest = Math.max(...ties.map(({ weight }) => weight))
  return (width) => {
    const narrow = width < 500
    const height = narrow ? 380 : 560
    const named = narrow ? 8 : 22
    const margin = { x: narrow ? 30 : 70, y: 22 }
    return {
      height,
      option: {
        series: [
          {
            type: 'graph',
            layout: 'none',
            coordinateSystem: null,
            left: margin.x,
            right: margin.x,
            top: margin.y,
            bottom: margin.y,
            preserveAspect: false,
            data: nodes.map((node, i) => ({
              id: String(i),
              name: String(i),
              x: (places[i]?.x ?? 0) * width,
              y: (places[i]?.y ?? 0) * height,
              symbolSize: Number(((narrow ? 4 : 5) + (narrow ? 14 : 24) * Math.sqrt(node.degree / most)).toFixed(1)),
              itemStyle: { color: fill, borderColor: colour.card, borderWidth: 1 },
              label: { show: i < named, formatter: labelOf(node), position: 'top', distance: 2, color: colour.ink, fontSize: narrow ? 10.5 : 11.5, textBorderColor: colour.card, textBorderWidth: 3 },
            })),
            edges: ties.map((tie, i) => ({
              source: String(between[i]?.from),
              target: String(between[i]?.to),
              lineStyle: { color: tie.strong ? fill : colour.muted, opacity: tie.strong ? 0.5 : 0.28, width: Number((0.8 + 2.2 * ((tie.weight - 1) / Math.max(1, heaviest - 1))).toFixed(2)), curveness: 0 },
            })),
          },
        ],
      },
    }
  }
}
