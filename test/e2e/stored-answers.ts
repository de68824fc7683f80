/** The raw answers of a database as another tool may have stored them: what `import` takes. */
import { gunzipSync } from 'node:zlib'

import type { Bench } from '../support/run.js'

const PARAMS: Record<string, string> = {
  user: 'user_id',
  post: 'post_id',
  link: 'post_id',
  comment: 'comment_id',
  query: 'username',
}

export interface Stored {
  route: string
  params: Record<string, string | null>
  received_at: string
  body: unknown
}

/** The answers of a crawl as somebody else may have stored them. */
export function answersOf(bench: Bench, file = bench.db): Stored[] {
  const rows = bench
    .open(file)
    .prepare(
      `
    select p.route, p.received_at, p.body, k.subject_kind kind, k.subject_id id, k.parent_id parent, q.cursor from pages p
    join checkpoints k on k.id = p.stream_id join requests q on q.id = p.request_id where p.status = 200 order by p.id`,
    )
    .all() as Record<string, string | Buffer>[]
  return rows.map(({ route, received_at, body, kind, id, parent, cursor }) => ({
    route: String(route),
    params: {
      ...(PARAMS[String(kind)] === undefined ? {} : { [PARAMS[String(kind)] as string]: String(id) }),
      ...(kind === 'comment' ? { post_id: parent as string } : {}),
      cursor: cursor as string | null,
    },
    received_at: String(received_at),
    body: JSON.parse(gunzipSync(body as Buffer).toString()) as unknown,
  }))
}
