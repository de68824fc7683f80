/** What views and ready questions cost in a large study. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { table, type Line, type Table } from './figures.js'
import { measureTree, median, PROGRAM, type Usage } from './processes.js'

const QUESTIONS = readdirSync(fileURLToPath(new URL('../../src/questions', import.meta.url))).map(file =>
  file.replace('.sql', ''),
)

/** Those that ask of the whole graph at once, and are meant to. */
const WHOLE = new Set([
  'comment-reciprocity',
  'deepest-remix-trees',
  'mutual-follows',
  'who-appears-with-whom',
])

/** For each view: what is asked of it as of one entity. Where `?` stands, the busiest one is named. */
const ABOUT_ONE: Readonly<Record<string, { where: string; busiest: string }>> = {
  v_posts: {
    where: 'user_id = ?',
    busiest: 'SELECT user_id FROM posts GROUP BY user_id ORDER BY count(*) DESC LIMIT 1',
  },
  v_comment_threads: {
    where: 'post_id = ?',
    busiest: 'SELECT post_id FROM comments GROUP BY post_id ORDER BY count(*) DESC LIMIT 1',
  },
  v_remix_trees: {
    where: 'parent_post_id = ?',
    busiest:
      "SELECT target_id FROM edges WHERE kind = 'remix' GROUP BY target_id ORDER BY count(*) DESC LIMIT 1",
  },
  v_creators: {
    where: 'user_id = ?',
    busiest: 'SELECT user_id FROM posts GROUP BY user_id ORDER BY count(*) DESC LIMIT 1',
  },
  v_follow_graph: {
    where: 'followed_id = ?',
    busiest:
      "SELECT target_id FROM edges WHERE kind = 'follow' GROUP BY target_id ORDER BY count(*) DESC LIMIT 1",
  },
  v_post_growth: {
    where: 'post_id = ?',
    busiest: 'SELECT post_id FROM post_metrics GROUP BY post_id ORDER BY count(*) DESC LIMIT 1',
  },
  v_cameo_network: {
    where: 'user_id = ?',
    busiest:
      "SELECT source_id FROM edges WHERE kind = 'cameo' GROUP BY source_id ORDER BY count(*) DESC LIMIT 1",
  },
}

/** @param db with a million posts */
export function benchQuestions(db: string, rounds: number): Table {
  const started: Usage[] = []
  const usages = new Map<string, Usage[]>()
  const asked = [...QUESTIONS.map((name): [string, readonly string[]] => [name, [name]]), ...viewQueries(db)]
  for (let round = 0; round < rounds; round += 1) {
    started.push(ask(db, ['SELECT 1']))
    for (const [what, args] of asked) usages.set(what, [...(usages.get(what) ?? []), ask(db, args)])
  }
  const startMs = median(started.map(({ cpuMs }) => cpuMs))
  return table(
    'Questions and views',
    `at a million posts, by \`sora-crawl sql\`, of which ${startMs.toFixed(0)} ms are its start`,
    asked.map(([what]) => lineOf(what, usages.get(what) ?? [], startMs)),
  )
}

/** A process of its own reads the database, so that it can be ended. */
function ask(db: string, query: readonly string[]): Usage {
  return measureTree([
    process.execPath,
    PROGRAM,
    'sql',
    ...query,
    '--db',
    db,
    '--format',
    'jsonl',
    '--timeout',
    '600',
  ])
}

function lineOf(what: string, usages: readonly Usage[], startMs: number): Line {
  const isWhole = WHOLE.has(what) || what.endsWith(', all of it')
  const cpu = median(usages.map(({ cpuMs }) => cpuMs))
  return {
    what,
    figures: {
      'CPU s': (cpu - startMs) / 1000,
      's on the clock': median(usages.map(({ wallMs }) => wallMs)) / 1000,
      'peak MB': median(usages.map(({ peakMb }) => peakMb)),
    },
    goals: { 'CPU s': { atMost: isWhole ? 10 : 1 } },
  }
}

/** Of each view: one entity, a page of rows, and every row, counted where it is. */
function viewQueries(db: string): [string, readonly string[]][] {
  const sqlite = new Database(db, { readonly: true })
  const queries = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
    .pluck()
    .all()
    .flatMap((name): [string, readonly string[]][] => {
      const about = ABOUT_ONE[name]
      if (about === undefined) throw new Error(`the benchmark does not know what to ask of ${name}`)
      const one = sqlite.prepare<[], string>(about.busiest).pluck().get() ?? ''
      const columns = sqlite
        .prepare<[], string>(`SELECT name FROM pragma_table_info('${name}')`)
        .pluck()
        .all()
      return [
        [
          `${name}, the busiest ${about.where.split(' ')[0]}`,
          [`SELECT * FROM ${name} WHERE ${about.where.replace('?', `'${one}'`)} LIMIT 1000`],
        ],
        [`${name}, 100 rows`, [`SELECT * FROM ${name} LIMIT 100`]],
        [
          `${name}, all of it`,
          [`SELECT ${columns.map(column => `count(${column})`).join(', ')} FROM ${name}`],
        ],
      ]
    })
  sqlite.close()
  return queries
}
