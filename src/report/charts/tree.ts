import { excerpt } from '../format.js'
import { visible } from '../html.js'
import { colour, type Drawing } from './draw.js'

export interface TreeNode {
  readonly name: string
  readonly views: number | null
  readonly children: readonly TreeNode[]
}

/** A tree that grows to the right, one line for each leaf. */
export function treeDrawing(root: TreeNode, deepest: number, leaves: number, width: number): Drawing {
  const narrow = width < 500
  const most = Math.max(1, mostViews(root))
  const rowHeight = narrow ? 15 : 18
  return {
    height: Math.max(60, Math.round(leaves * rowHeight + 24)),
    option: {
      series: [
        {
          type: 'tree',
          data: [item(root, most, narrow ? 9 : 16)],
          left: narrow ? 62 : 110,
          right: narrow ? 70 : 130,
          top: 12,
          bottom: 12,
          orient: 'LR',
          initialTreeDepth: deepest,
          expandAndCollapse: false,
          roam: false,
          lineStyle: { color: colour.muted, width: 1, opacity: 0.45, curveness: 0.6 },
          label: { position: 'left', align: 'right', color: colour.ink, fontSize: narrow ? 10 : 11.5, textBorderColor: colour.card, textBorderWidth: 3 },
          leaves: { label: { position: 'right', align: 'left', color: colour.ink } },
        },
      ],
    },
  }
}

function item({ name, views, children }: TreeNode, most: number, length: number): object {
  return {
    name: excerpt(visible(name), length),
    symbol: 'circle',
    symbolSize: Number((4 + 11 * Math.sqrt(Math.max(0, views ?? 0) / most)).toFixed(1)),
    itemStyle: { color: colour.series[2], borderColor: colour.card, borderWidth: 1 },
    children: children.map((child) => item(child, most, length)),
  }
}

function mostViews({ views, children }: TreeNode): number {
  return Math.max(views ?? 0, ...children.map(mostViews))
}
