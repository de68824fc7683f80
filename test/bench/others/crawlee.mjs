/**
 * The job with Crawlee's HttpCrawler, as its documentation would have it: a request queue on disk, a handler that stores the page and
 * asks for the next. `crawlee.mjs URL FILE USERS`, from a folder where Crawlee is installed; OPEN and WRITER say where the tables
 * and the prepared statements are found, which are those of the ceiling. With BY=record each record is a transaction, as in most programs
 * that store what they meet; else a page is.
 */
import { HttpCrawler, log, LogLevel } from 'crawlee'

const { openForWriting } = await import(process.env.OPEN)
const { CeilingWriter } = await import(process.env.WRITER)
const [prefix, file, users] = process.argv.slice(2)

const { sqlite } = openForWriting(file)
sqlite.exec('CREATE TABLE raw (url TEXT PRIMARY KEY, body TEXT)')
const writer = new CeilingWriter(sqlite)
const keep = sqlite.prepare('INSERT OR REPLACE INTO raw (url, body) VALUES (?, ?)')
const byPage = sqlite.transaction((url, body, route, subject, payload) => {
  keep.run(url, body)
  writer.write(route, subject, payload)
})
const byRecord = (url, body, route, subject, payload) => {
  keep.run(url, body)
  for (const record of payload.data.items) writer.write(route, subject, { data: { items: [record] } })
}
const store = process.env.BY === 'record' ? byRecord : byPage

const listing = (route, subject, cursor) => ({
  url: `${prefix}/${route}?user_id=${subject}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
  userData: { route, subject },
})

log.setLevel(LogLevel.WARNING)
const crawler = new HttpCrawler({
  minConcurrency: 8,
  maxConcurrency: 8,
  async requestHandler({ request, body, json, addRequests }) {
    const { route, subject } = request.userData
    store(request.url, body.toString(), route, subject, json)
    const { cursor } = json.data
    if (cursor !== null) await addRequests([listing(route, subject, cursor)])
  },
})
await crawler.run(
  users
    .split(',')
    .flatMap(user => ['get_user_posts', 'get_user_followers'].map(route => listing(route, user, null))),
)
sqlite.close()
