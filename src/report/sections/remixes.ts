import { figures, type FigureReader } from '../../db/index.js'
import { treeView, type TreeNode } from '../charts/tree.js'
import { count, excerpt, number } from '../format.js'
import { html, written, type Html } from '../html.js'
import { userName, userView } from '../people.js'
import type { Section } from '../section.js'

/** The largest remix trees. */
export function remixSection(reader: FigureReader): Section {
  const rows = reader.rows(figures.remixTrees)
  const trees = [...new Set(rows.map(row => row.root_post_id))].map(root =>
    rows.filter(row => row.root_post_id === root),
  )
  return {
    id: 'remixes',
    title: 'Remix trees',
    lead:
      trees.length === 0
        ? null
        : 'Who remixed whom: from the first post on the left to remixes, and remixes of remixes. ' +
          'The larger a point, the more views the post has.',
    figures: [
      {
        id: 'remix-trees',
        title:
          trees.length === 0
            ? 'The largest'
            : trees.length === 1
              ? 'The only tree'
              : `The ${trees.length} largest`,
        lead: trees.length === 0 ? 'No remix has been collected.' : null,
        picture: trees.length === 0 ? null : html`<div class="trees">${trees.map(remixTree)}</div>`,
        table:
          trees.length === 0
            ? null
            : {
                header: ['tree', 'post', 'remix of', 'depth', 'by', 'views', 'text'],
                rows: rows.map(tableRow),
              },
        sql: [figures.remixTrees],
      },
    ],
  }
}

function tableRow(row: figures.TreePostRow): (string | number | Html | null)[] {
  const code = (id: string | null): Html | null =>
    id === null ? null : html`<code>${excerpt(id, 12)}</code>`
  return [
    code(row.root_post_id),
    code(row.post_id),
    code(row.parent_post_id),
    row.depth,
    written(userName(row.username, '?')),
    row.views,
    row.text === null ? null : written(excerpt(row.text, 60)),
  ]
}

function remixTree(rows: readonly figures.TreePostRow[]): Html {
  const [root] = rows
  if (root === undefined) return html``
  const children = childrenOf(rows)
  const grow = (row: figures.TreePostRow): TreeNode => ({
    name: userName(row.username, row.post_id),
    views: row.views,
    children: (children.get(row.post_id) ?? []).map(grow),
  })
  const label =
    `Remix tree of ${root.posts_in_tree} posts, ${root.deepest} deep, from ` +
    `${userName(root.username, root.post_id)}`
  const remixes = root.posts_in_tree - 1
  const cut =
    root.posts_in_tree > rows.length ? ` Drawn are the first ${number(rows.length)} posts from the top.` : ''
  return html`<div class="tree">
<h4>${userView(root.username, root.post_id)}<small>${count(remixes, 'remix', 'remixes')}, ${number(root.deepest)} deep.${cut}</small></h4>
<p class="quote">${root.text === null ? html`<span class="none">no text</span>` : written(excerpt(root.text, 110))}</p>
${treeView(label, grow(root))}</div>`
}

function childrenOf(
  rows: readonly figures.TreePostRow[],
): ReadonlyMap<string | null, readonly figures.TreePostRow[]> {
  const children = new Map<string | null, figures.TreePostRow[]>()
  for (const row of rows) {
    const siblings = children.get(row.parent_post_id) ?? []
    siblings.push(row)
    children.set(row.parent_post_id, siblings)
  }
  return children
}
