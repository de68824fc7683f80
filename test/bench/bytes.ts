/** What takes how much room in a database: whole pages of the file, indexes included. */
import Database from 'better-sqlite3'
import { table, type Line, type Table } from './figures.js'
import type { Study } from './study.js'

const PER: readonly { readonly what: string; readonly tables: readonly string[]; readonly count: string }[] =
  [
    {
      what: 'a post, with its history',
      tables: ['posts', 'post_metrics'],
      count: 'SELECT count(*) FROM posts',
    },
    {
      what: 'a video, with its signed links',
      tables: ['attachments'],
      count: 'SELECT count(*) FROM attachments',
    },
    {
      what: 'a user, with handles and history',
      tables: ['users', 'user_metrics', 'usernames'],
      count: 'SELECT count(*) FROM users',
    },
    { what: 'a comment', tables: ['comments'], count: 'SELECT count(*) FROM comments' },
    { what: 'an edge', tables: ['edges'], count: 'SELECT count(*) FROM edges' },
    { what: 'a membership in a listing', tables: ['members'], count: 'SELECT count(*) FROM members' },
    {
      what: 'a page’s place in the ledger and the frontier',
      tables: ['requests', 'checkpoints', 'frontier', 'scope', 'used_cursors', 'completed_passes'],
      count: 'SELECT count(*) FROM requests',
    },
  ]

const ROUTES = {
  get_user_posts: 'a raw page of 30 posts',
  get_user_followers: 'a raw page of 50 followers',
  get_post_comments: 'a raw page of 10 comments',
}

export function benchBytes({ db }: Study): Table {
  const sqlite = new Database(db, { readonly: true })
  const number = (query: string, ...values: string[]): number =>
    sqlite
      .prepare<string[], number>(query)
      .pluck()
      .get(...values) ?? 0
  const bytes = number('SELECT sum(pgsize) FROM dbstat')
  const size = (name: string): number =>
    number(
      'SELECT coalesce(sum(s.pgsize), 0) FROM dbstat s JOIN sqlite_master m ON m.name = s.name ' +
        'WHERE m.tbl_name = ?',
      name,
    )
  const lines: Line[] = [
    ...PER.map(({ what, tables, count }) => ({
      what,
      figures: {
        bytes: tables.reduce((sum, name) => sum + size(name), 0) / number(count),
        'of the file in %': (100 * tables.reduce((sum, name) => sum + size(name), 0)) / bytes,
      },
    })),
    ...Object.entries(ROUTES).map(([route, what]) => ({
      what,
      figures: {
        bytes: number('SELECT avg(length(body)) FROM pages WHERE route = ?', route),
        'of the file in %':
          (100 * number('SELECT sum(length(body)) FROM pages WHERE route = ?', route)) / bytes,
      },
    })),
  ]
  sqlite.close()
  return table('Bytes', `in a database of ${(bytes / 1e6).toFixed(0)} MB`, lines)
}
