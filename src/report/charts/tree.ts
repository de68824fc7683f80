import { excerpt, number } from '../format.js'
import { html, visible, written, type Html } from '../html.js'
import { colour, NARROW, WIDE } from './draw.js'

export interface TreeNode {
  readonly name: string
  readonly views: number | null
  readonly children: readonly TreeNode[]
}

/** A node with its place: the column that its point and name begin at, and the row that they are in. */
interface Placed {
  readonly label: string
  readonly size: number
  readonly depth: number
  readonly row: number
  readonly children: readonly Placed[]
}

const FONT_SIZE = 11.5
const LONGEST_NAME = 18
const ROW_HEIGHT = 18
/** Where the points of the first column are, and how wide the lines between two columns are at least. */
const EDGE = 12
const LINES = 36
/** What a letter is wide at most on average, and what is beside a name. */
const LETTER = FONT_SIZE * 0.66
const BESIDE = 18

/**
 * A tree that grows to the right. Each column has room for its longest name, and lines begin behind that, so
 * that none is struck through; where this takes more room than there is, and on a phone, the tree is a list
 * that is set in.
 */
export function treeView(label: string, root: TreeNode): Html {
  const placed = placedTree(root)
  const columns = columnsOf(placed)
  const list = (shown: string): Html =>
    html`<ul class="branch${shown}"${shown === '' ? null : html` style="max-width:${NARROW}px"`}>${branchView(root)}</ul>`
  if ((columns.at(-1) ?? 0) > WIDE) return list('')
  return html`<div class="chart wide">${treeDrawing(label, placed, columns)}</div>${list(' narrow')}`
}

function branchView({ name, views, children }: TreeNode): Html {
  const seen = views === null ? null : html`<small>${number(views)} views</small>`
  return html`<li><span>${written(name)}</span> ${seen}${children.length === 0 ? null : html`<ul>${children.map(branchView)}</ul>`}</li>`
}

/** Leaves take the rows from the top; whoever has children stands in the middle of them. */
function placedTree(root: TreeNode): Placed {
  const most = Math.max(1, mostViews(root))
  let leaves = 0
  const place = ({ name, views, children }: TreeNode, depth: number): Placed => {
    const below = children.map(child => place(child, depth + 1))
    const [first, last] = [below[0], below.at(-1)]
    return {
      label: excerpt(visible(name), LONGEST_NAME),
      size: 4 + 11 * Math.sqrt(Math.max(0, views ?? 0) / most),
      depth,
      row: first === undefined || last === undefined ? leaves++ : (first.row + last.row) / 2,
      children: below,
    }
  }
  return place(root, 0)
}

/** Where each column begins, and at last where the rightmost one ends. */
function columnsOf(root: Placed): number[] {
  const widths: number[] = []
  for (const { depth, label } of everyone(root))
    widths[depth] = Math.max(widths[depth] ?? 0, BESIDE + label.length * LETTER)
  const columns = [EDGE]
  for (const [depth, width] of widths.entries())
    columns.push((columns[depth] ?? 0) + width + (depth === widths.length - 1 ? 0 : LINES))
  return columns
}

function treeDrawing(label: string, root: Placed, columns: readonly number[]): Html {
  const all = everyone(root)
  const height = (1 + Math.max(...all.map(({ row }) => row))) * ROW_HEIGHT + 8
  const x = ({ depth }: Placed): number => columns[depth] ?? 0
  const y = ({ row }: Placed): number => (row + 0.5) * ROW_HEIGHT + 4
  const line = (from: Placed, to: Placed): Html => {
    const [begin, end] = [x(from) + 16 + from.label.length * LETTER, x(to) - to.size / 2 - 1]
    const turn = x(to) - LINES / 2
    return html`<path d="M${fine(begin)} ${fine(y(from))}H${fine(x(to) - LINES)}C${fine(turn)} ${fine(y(from))} ${fine(turn)} ${fine(y(to))} ${fine(end)} ${fine(y(to))}"></path>`
  }
  const point = (one: Placed): Html =>
    html`<circle cx="${fine(x(one))}" cy="${fine(y(one))}" r="${fine(one.size / 2)}"></circle>`
  const name = (one: Placed): Html =>
    html`<text x="${fine(x(one) + 10)}" y="${fine(y(one))}" dominant-baseline="central">${one.label}</text>`
  return html`<svg viewBox="0 0 ${WIDE} ${height}" width="${WIDE}" height="${height}" role="img" aria-label="${label}">
<g fill="none" stroke="${colour.muted}" stroke-opacity="0.5">${all.flatMap(from => from.children.map(to => line(from, to)))}</g>
<g fill="${colour.remixes}">${all.map(point)}</g><g fill="${colour.ink}" font-size="${FONT_SIZE}" stroke="${colour.card}" stroke-width="4" paint-order="stroke">${all.map(name)}</g></svg>`
}

const fine = (pixels: number): string => String(Number(pixels.toFixed(1)))

function everyone(root: Placed): Placed[] {
  return [root, ...root.children.flatMap(everyone)]
}

function mostViews({ views, children }: TreeNode): number {
  return Math.max(views ?? 0, ...children.map(mostViews))
}
