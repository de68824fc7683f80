/**
 * Times `export` of a million posts against SQLite's own shell (`npm run bench:export -- FILE`, with a database of
 * `npm run bench:database`), in seconds of CPU, which other work on the machine changes little.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROUNDS = 3
const [db] = process.argv.slice(2)
if (db === undefined) throw new Error('Name the database: npm run bench:export -- FILE')
const folder = mkdtempSync(path.join(tmpdir(), 'sora-crawl-bench-'))

/** Seconds of CPU of a shell command, and the most memory that it held, in MB. */
function measure(command: string): { seconds: number; megabytes: number } {
  const script = `import resource, subprocess, sys; code = subprocess.call(sys.argv[1], shell=True); u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1000); sys.exit(code)`
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script, command], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const [seconds = 0, megabytes = 0] = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { seconds, megabytes }
}

const commands = {
  'sqlite3 -csv': `sqlite3 -csv -header '${db}' 'SELECT * FROM posts' > '${folder}/posts.csv'`,
  ...Object.fromEntries(['csv', 'excel', 'jsonl', 'parquet'].map((format) => [`export --format ${format}`, `node dist/main.js export --db '${db}' --tables posts --format ${format} --out '${folder}/out' --force --no-progress > /dev/null`])),
}
for (const [name, command] of Object.entries(commands)) {
  const rounds = Array.from({ length: ROUNDS }, () => measure(command))
  process.stdout.write(`${name}: ${Math.min(...rounds.map(({ seconds }) => seconds)).toFixed(2)} s of CPU, ${Math.max(...rounds.map(({ megabytes }) => megabytes)).toFixed(0)} MB\n`)
}
rmSync(folder, { recursive: true })
