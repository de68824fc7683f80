import { figures, type FigureReader } from '../../db/index.js'
import { histogram, standingBars } from '../charts/bars.js'
import { colour, draw } from '../charts/draw.js'
import { count, number, percent } from '../format.js'
import type { FigureView, Section } from '../section.js'

/** How deep and how much people talk. */
export function talkSection(reader: FigureReader): Section {
  const depths = depthFigure(reader)
  return {
    id: 'talk',
    title: 'Comments',
    lead: null,
    figures: depths.picture === null ? [depths] : [depths, perPost(reader)],
  }
}

function depthFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.commentDepth)
  const all = rows.reduce((sum, row) => sum + row.comments, 0)
  const replies = rows.filter(({ depth }) => depth > 0).reduce((sum, row) => sum + row.comments, 0)
  const name = (depth: number): string =>
    depth === 0 ? 'comments' : depth === 10 ? '10+' : depth === 1 ? 'replies' : `depth ${depth}`
  const label = `Comments by depth: ${rows.map(row => `${name(row.depth)} ${row.comments}`).join(', ')}`
  return {
    id: 'comment-depth',
    title: 'How deep threads go',
    lead:
      all === 0
        ? 'No comment has been collected.'
        : `${number(all)} in all, of which ${percent(replies, all)} answer another comment. Replies ` +
          'to replies are at depth 2 and deeper.',
    picture:
      all === 0
        ? null
        : draw(
            label,
            () =>
              standingBars(
                rows.map(({ depth }) => name(depth)),
                rows.map(({ comments }) => comments),
                colour.comments,
                { x: 'depth', y: 'comments' },
              ),
            { half: true },
          ),
    table:
      all === 0
        ? null
        : {
            header: ['depth', 'comments', 'authors', 'posts'],
            rows: rows.map(row => [row.depth, row.comments, row.authors, row.posts]),
          },
    sql: [figures.commentDepth],
    half: all > 0,
  }
}

function perPost(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.commentsPerPost)
  const posts = rows.reduce((sum, row) => sum + row.posts, 0)
  const label =
    'Posts by comments collected: ' +
    `${rows.map(row => `from ${row.from_comments}: ${row.posts}`).join(', ')}`
  return {
    id: 'comments-per-post',
    title: 'How much is said under a post',
    lead:
      `${count(posts, 'post')} with at least one collected comment, by how many: 1, 2 to 4, 5 to 9, ` +
      'and so on.',
    picture: draw(
      label,
      () =>
        histogram(
          rows.map(row => number(row.from_comments)),
          rows.map(row => row.posts),
          colour.comments,
          { axes: { x: 'comments under a post', y: 'posts' }, height: 240 },
        ),
      { half: true },
    ),
    table: { header: ['from', 'posts'], rows: rows.map(row => [row.from_comments, row.posts]) },
    sql: [figures.commentsPerPost],
    half: true,
  }
}
