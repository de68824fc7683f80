/** A crawl of the made-up platform and its answers, from which the others start. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { clear, crawlOnce } from './crawl.js'
import type { Gateway } from './processes.js'

export interface Study {
  /** The database of a crawl that read every page. */
  readonly db: string
  /** The same answers as a file for `import`. */
  readonly answers: string
  readonly pages: number
}

export async function makeStudy(gateway: Gateway, folder: string): Promise<Study> {
  const study = { db: join(folder, 'study.db'), answers: join(folder, 'answers.jsonl'), pages: gateway.pages }
  clear(study.db)
  await crawlOnce(gateway, study.db)
  await gateway.answered()
  await writeAnswers(study)
  return study
}

interface Kept {
  readonly route: string
  readonly subject: string
  readonly cursor: string | null
  readonly at: string
  readonly body: Buffer
}

/** One record of route, parameters, time and body a line, as the guide describes them. */
async function writeAnswers({ db, answers }: Study): Promise<void> {
  const sqlite = new Database(db, { readonly: true })
  const file = createWriteStream(answers)
  const pages = sqlite.prepare<[], Kept>(`
    SELECT p.route, k.subject_id AS subject, r.cursor, p.received_at AS at, p.body
    FROM pages p JOIN checkpoints k ON k.id = p.stream_id JOIN requests r ON r.id = p.request_id WHERE p.status = 200 ORDER BY p.id`)
  for (const { route, subject, cursor, at, body } of pages.iterate()) {
    const key = route === 'get_post_comments' ? 'post_id' : 'user_id'
    const params = { [key]: subject, ...(cursor === null ? {} : { cursor }) }
    file.write(
      `{"route":"${route}","params":${JSON.stringify(params)},"received_at":"${at}","body":${gunzipSync(body).toString()}}\n`,
    )
  }
  file.end()
  await once(file, 'close')
  sqlite.close()
}
