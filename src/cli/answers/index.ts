/* What every command prints with --json, as schemas: the commands' types, `schema` and the tests are made from them. */
import * as z from 'zod'
import { crawl, plan, sandbox, schedule } from './crawling.js'
import { forget, imported, prune, replay } from './keeping.js'
import { check, coverage, doctor, error, exported, report, sql, sqlList, status } from './looking.js'

const help = z
  .union([
    z.strictObject({
      commands: z.array(z.strictObject({ name: z.string(), usage: z.string(), about: z.string() })),
      topics: z.array(z.strictObject({ name: z.string(), title: z.string() })),
    }),
    z.strictObject({ command: z.string(), text: z.string() }),
    z.strictObject({ topic: z.string(), title: z.string(), text: z.string() }),
  ])
  .describe('All commands and topics, or the text of one')

const completion = z.strictObject({ script: z.string() }).describe('What the shell is to read')

const schemaList = z.strictObject({ names: z.array(z.string()) }).describe('What there are schemas of')

/** By the command that answers so; `error` is what any of them answers that fails. */
export const answers = {
  crawl,
  plan,
  status,
  coverage,
  sql,
  'sql-list': sqlList,
  export: exported,
  report,
  schedule,
  check,
  doctor,
  forget,
  prune,
  replay,
  import: imported,
  sandbox,
  demo: crawl,
  help,
  completion,
  'schema-list': schemaList,
  error,
} as const

export type AnswerName = keyof typeof answers

/** What a command answers. */
export type Answer<N extends AnswerName> = Unchanging<z.infer<(typeof answers)[N]>>

type Unchanging<T> = T extends object ? { readonly [K in keyof T]: Unchanging<T[K]> } : T
