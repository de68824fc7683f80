import { excerpt } from '../format.js'
import { html, visible, written, type Html } from '../html.js'
import { number } from '../format.js'
import { colour, NARROW, svg, WIDE, type Drawing } from './draw.js'

export interface TreeNode {
  readonly name: string
  readonly views: number | null
  readonly children: readonly TreeNode[]
}

const FONT_SIZE = 11.5
const LONGEST_NAME = 18
const ROW_HEIGHT = 18

/**
 * A tree that grows to the right; on a phone, where no name would fit beside a line, a list that is set in.
 */
export function treeView(label: string, root: TreeNode): Html {
  return html`<div class="chart wide">${svg(label, WIDE, treeDrawing(root))}</div><ul class="branch narrow" style="max-width:${NARROW}px">${branchView(root)}</ul>`
}

function branchView({ name, views, children }: TreeNode): Html {
  const seen = views === null ? null : html`<small>${number(views)} views</small>`
  return html`<li><span>${written(name)}</span> ${seen}${children.length === 0 ? null : html`<ul>${children.map(branchView)}</ul>`}</li>`
}

function treeDrawing(root: TreeNode): Drawing {
  const most = Math.max(1, mostViews(root))
  return {
    height: Math.max(60, leavesOf(root) * ROW_HEIGHT + 24),
    option: {
      series: [
        {
          type: 'tree',
          data: [item(root, most)],
          left: labelWidth([root.name]),
          right: labelWidth(leafNames(root)),
          top: 12,
          bottom: 12,
          orient: 'LR',
          initialTreeDepth: -1,
          expandAndCollapse: false,
          roam: false,
          lineStyle: { color: colour.muted, width: 1, opacity: 0.45, curveness: 0.6 },
          // The ground behind a name keeps lines from being struck through it.
          label: {
            position: 'left',
            align: 'right',
            distance: 4,
            color: colour.ink,
            fontSize: FONT_SIZE,
            backgroundColor: colour.card,
            padding: [1, 3],
          },
          leaves: { label: { position: 'right', align: 'left' } },
        },
      ],
    },
  }
}

function item({ name, views, children }: TreeNode, most: number): object {
  return {
    name: excerpt(visible(name), LONGEST_NAME),
    symbol: 'circle',
    symbolSize: Number((4 + 11 * Math.sqrt(Math.max(0, views ?? 0) / most)).toFixed(1)),
    itemStyle: { color: colour.remixes, borderColor: colour.card, borderWidth: 1 },
    children: children.map(child => item(child, most)),
  }
}

function labelWidth(names: readonly string[]): number {
  const longest = Math.max(...names.map(name => excerpt(visible(name), LONGEST_NAME).length))
  return Math.ceil(28 + longest * FONT_SIZE * 0.64)
}

function leafNames({ name, children }: TreeNode): string[] {
  return children.length === 0 ? [name] : children.flatMap(leafNames)
}

function leavesOf(root: TreeNode): number {
  return leafNames(root).length
}

function mostViews({ views, children }: TreeNode): number {
  return Math.max(views ?? 0, ...children.map(mostViews))
}
