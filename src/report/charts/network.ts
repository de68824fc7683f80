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
    const height = narrow ? 430 : 560
    const points = nodes.map((node, i) => ({
      colour: node.colour,
      label: excerpt(visible(node.name), 18),
      size: Number(((narrow ? 4 : 5) + (narrow ? 12 : 20) * Math.sqrt(node.degree / most)).toFixed(1)),
      x: (places[i]?.x ?? 0) * (width - 2 * MARGIN.x),
      y: (places[i]?.y ?? 0) * (height - 2 * MARGIN.y),
    }))
    const named = withRoom(points, narrow ? 10 : 30, frameOf(width, height))
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
        position: named.get(i)?.position ?? 'top',
        offset: [named.get(i)?.moved ?? 0, 0],
        distance: GAP,
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
      symbolSize: [0, narrow ? 6 : 8],
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
  const share = (weight - 1) / Math.max(1, heaviest - 1)
  const width = 0.8 + (strong ? 0.6 : 0) + 2.2 * share
  return {
    color: strong ? colour.ink : colour.muted,
    opacity: Number((strong ? 0.55 : 0.4 + 0.4 * share).toFixed(2)),
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

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where a label is: beside its point, and moved along it by so many pixels. */
interface Spot {
  readonly position: 'top' | 'bottom' | 'right' | 'left'
  readonly moved: number
  readonly box: Box
}

/** Pixels between a point and its label. */
const GAP = 2
const LABEL_HEIGHT = FONT_SIZE + 4

/** The largest points have their names in any case, even where these hide much smaller points. */
const ALWAYS_NAMED = 3
const NEVER_HIDDEN = 10

/**
 * Which points get their label, and where: the first ones, but for those that have no place at which the
 * label would hide neither a point nor another label.
 */
function withRoom(points: readonly Point[], most: number, frame: Box): ReadonlyMap<number, Spot> {
  const boxes = points.map(boxOfPoint)
  const named = new Map<number, Spot>()
  for (const [i, point] of points.entries()) {
    if (named.size >= most) break
    const labels = [...named.values()].map(({ box }) => box)
    const spots = spotsOf(point).filter(({ box }) => isWithin(box, frame))
    const freeOf = (taken: readonly Box[]) =>
      spots.find(({ box }) => taken.every(other => !overlap(box, other)))
    const found =
      freeOf([...labels, ...boxes]) ??
      (i < ALWAYS_NAMED ? freeOf([...labels, ...boxes.slice(0, NEVER_HIDDEN)]) : undefined)
    if (found !== undefined) named.set(i, found)
  }
  return named
}

/** The picture, seen from the place of the first point. */
function frameOf(width: number, height: number): Box {
  return { left: -MARGIN.x, right: width - MARGIN.x, top: -MARGIN.y, bottom: height - MARGIN.y }
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  )
}

function boxOfPoint({ size, x, y }: Point): Box {
  const half = size / 2
  return { left: x - half, right: x + half, top: y - half, bottom: y + half }
}

/** Where the label of a point can be, the best place first. */
function spotsOf({ label, size, x, y }: Point): Spot[] {
  const width = label.length * FONT_SIZE * 0.68 + 6
  const away = size / 2 + GAP
  const spot = (position: Spot['position'], left: number, top: number, moved = 0): Spot => ({
    position,
    moved,
    box: { left: left + moved, right: left + moved + width, top, bottom: top + LABEL_HEIGHT },
  })
  const aside = [0, width / 3, -width / 3, width / 2, -width / 2]
  return [
    ...aside.map(moved => spot('top', x - width / 2, y - away - LABEL_HEIGHT, moved)),
    ...aside.map(moved => spot('bottom', x - width / 2, y + away, moved)),
    spot('right', x + away, y - LABEL_HEIGHT / 2),
    spot('left', x - away - width, y - LABEL_HEIGHT / 2),
  ]
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
