import { figures, type FigureReader } from '../../db/index.js'
import { excerpt, number, percent } from '../format.js'
import { html, link, written, type Html } from '../html.js'
import { userView } from '../people.js'
import type { Cell, FigureView, Section } from '../section.js'

/** Who and what was seen most. */
export function leadersSection(reader: FigureReader): Section {
  return {
    id: 'leaders',
    title: 'Top creators and posts',
    lead: 'Of what was collected: an account counts with those of its posts that are in the database.',
    figures: [creatorsFigure(reader), postsFigure(reader)],
  }
}

/** An amount with a bar below it, as long as its part of the largest. */
function amount(value: number | null, most: number): Cell {
  if (value === null) return null
  const width = most > 0 ? Math.max(0, Math.min(100, (100 * value) / most)).toFixed(1) : '0'
  return { amount: html`<span class="bar" style="--w:${width}%">${number(value)}</span>` }
}

function creatorsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.topCreators)
  const most = Math.max(0, ...rows.map(({ views }) => views))
  return {
    id: 'top-creators',
    title: 'Creators',
    lead:
      rows.length === 0
        ? 'No post with an author has been collected yet.'
        : 'By views of their collected posts.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: [
              'account',
              'name',
              'views',
              'posts',
              'median views',
              'likes',
              'comments',
              'engaged',
              'followers',
            ],
            rows: rows.map(row => [
              userView(row.username, row.user_id),
              row.display_name === null
                ? null
                : html`<span class="name">${written(excerpt(row.display_name, 32))}</span>`,
              amount(row.views, most),
              row.posts,
              row.median_views,
              row.likes,
              row.comments,
              rate(row.engagement_rate),
              row.followers,
            ]),
          },
    sql: [figures.topCreators],
    ...(rows.length === 0
      ? {}
      : { note: html`<em>engaged</em>: likes, comments and remixes for each view.` }),
  }
}

function rate(value: number | null): Cell {
  return value === null ? null : { amount: percent(value, 1) }
}

function postsFigure(reader: FigureReader): FigureView {
  const rows = reader.rows(figures.topPosts)
  const most = Math.max(0, ...rows.map(({ views }) => views ?? 0))
  return {
    id: 'top-posts',
    title: 'Posts',
    lead:
      rows.length === 0
        ? 'No post has been collected yet.'
        : 'By views. Links lead to the platform, if it still shows them.',
    picture: null,
    tableFirst: true,
    table:
      rows.length === 0
        ? null
        : {
            header: ['post', 'views', 'likes', 'comments', 'remixes', 'engaged'],
            rows: rows.map(row => [
              html`<div class="post"><p>${textOf(row.text)}</p><small>${row.user_id === null ? null : userView(row.username, row.user_id)} ${row.posted_at === null ? null : html`· ${row.posted_at.slice(0, 10)}`} · ${link(row.permalink, excerpt(row.post_id, 18))}</small></div>`,
              amount(row.views, most),
              row.likes,
              row.comments,
              row.remixes,
              rate(row.engagement_rate),
            ]),
          },
    sql: [figures.topPosts],
  }
}

function textOf(text: string | null): Html {
  return text === null || text.trim() === ''
    ? html`<span class="none">no text</span>`
    : written(excerpt(text, 150))
}
