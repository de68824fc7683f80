import { buffer } from 'node:stream/consumers'
import type { SqlParameters } from '../../db/index.js'
import { AppError, ExitCode, messageOf } from '../../errors.js'
import { decodeText, readTextFile } from '../../text-file.js'
import { positiveNumber, wholeNumber } from '../flags.js'
import { count } from '../format.js'
import type { Command, GlobalFlags } from '../command.js'
import type { Output } from '../output.js'
import { ask } from '../sql/ask.js'
import { formatNames, formatOf, type FormatName } from '../sql/formats.js'
import { readParameters } from '../sql/parameters.js'
import type { QueryRequest, Rest } from '../sql/query-process.js'
import { findQuestion, listQuestions, withDefaults, type Question } from '../sql/questions.js'
import type { RowFormat } from '../sql/row-format.js'

interface Flags {
  query?: string
  file?: string
  list: boolean
  format?: FormatName
  param: SqlParameters
  explain: boolean
  timeout: number
  limit?: number
}

const TERMINAL_ROWS = 100

export const sqlCommand: Command<Flags> = {
  command: 'sql [query]',
  describe: 'Ask the database: SQL, or a ready question by its name',
  answers: true,
  builder: yargs =>
    yargs
      .positional('query', {
        type: 'string',
        describe: 'SQL that reads, or the name of a question; from stdin if neither it nor --file is given',
      })
      .option('file', { type: 'string', requiresArg: true, describe: 'A file with the SQL' })
      .option('list', { type: 'boolean', default: false, describe: 'Show the ready questions' })
      .option('format', {
        choices: formatNames,
        requiresArg: true,
        describe: 'How the answer is written [default: table]',
      })
      .option('param', {
        type: 'string',
        requiresArg: true,
        default: [],
        defaultDescription: 'none',
        coerce: readParameters,
        describe: 'A value for a parameter, as name=value; may be given more than once',
      })
      .option('explain', {
        type: 'boolean',
        default: false,
        describe: 'Show how SQLite would find the answer, not the answer',
      })
      .option('timeout', {
        type: 'number',
        default: 60,
        requiresArg: true,
        coerce: positiveNumber('timeout', 1_000_000),
        describe: 'Seconds that the query may take',
      })
      .option('limit', {
        type: 'number',
        requiresArg: true,
        coerce: wholeNumber('limit', 1),
        describe: `Rows shown at most [default: ${TERMINAL_ROWS} for a table on a terminal, else all]`,
      })
      .example('$0 sql --list', 'the ready questions')
      .example('$0 sql top-creators --param limit=5', 'one of them')
      .example('$0 sql "SELECT kind, count(*) FROM edges GROUP BY kind"', 'any question')
      .example('$0 sql "SELECT * FROM v_posts" --format csv > posts.csv', 'an answer for another program')
      .epilogue(
        'The database is opened for reading alone, so that a crawl can go on meanwhile. ' +
          'data/DICTIONARY.md says what its tables and views hold.',
      ) as never,
  run: async (flags, { output }) => {
    if (flags.json && flags.format !== undefined && flags.format !== 'json')
      throw new AppError('bad-usage', `--json and --format ${flags.format} exclude each other`)
    if (flags.list) return list(output)
    const format = flags.json ? 'json' : (flags.format ?? 'table')
    const request = {
      file: flags.db,
      explain: flags.explain,
      limit: limitOf(flags, format),
      ...(await asked(flags)),
    }
    return answer(output, request, formatOf(format, terminalWidth()), flags)
  },
}

/** null where the output is not a terminal. */
function terminalWidth(): number | null {
  return process.stdout.isTTY ? (process.stdout.columns ?? 80) : null
}

function limitOf({ limit }: Flags, format: FormatName): number | null {
  return limit ?? (format === 'table' && process.stdout.isTTY ? TERMINAL_ROWS : null)
}

/** The SQL and its parameters, from the one place that has it. */
async function asked({ query, file, param }: Flags): Promise<Pick<QueryRequest, 'sql' | 'parameters'>> {
  if (query !== undefined && file !== undefined)
    throw new AppError('bad-usage', 'give the query as an argument or with --file, not both')
  if (query !== undefined && /^[a-z][\w-]*$/i.test(query)) {
    const question = findQuestion(query)
    return { sql: question.sql, parameters: withDefaults(question, param) }
  }
  if (query !== undefined) return { sql: query, parameters: param }
  if (file !== undefined)
    return { sql: sqlOf(`--file, ${file}`, () => readTextFile(file, { strict: true })), parameters: param }
  if (process.stdin.isTTY)
    throw new AppError(
      'bad-usage',
      'name a question, or give SQL as an argument, with --file or on stdin; sora-crawl sql ' +
        '--list shows the questions',
    )
  const piped = await buffer(process.stdin)
  return { sql: sqlOf('stdin', () => decodeText(piped, { strict: true })), parameters: param }
}

/**
 * Nothing is asked in words that were not read: a name that became another one would find nothing, and look
 * as if there were nothing.
 */
function sqlOf(from: string, read: () => string): string {
  try {
    return read()
  } catch (error) {
    throw new AppError('bad-usage', `the SQL of ${from}: ${messageOf(error)}`, { cause: error })
  }
}

async function answer(
  output: Output,
  request: QueryRequest,
  format: RowFormat,
  flags: Flags & GlobalFlags,
): Promise<ExitCode> {
  let hasBegun = false
  try {
    for await (const message of ask(request, flags.timeout * 1_000)) {
      if (message.kind === 'end') {
        await output.write(format.end(null))
        noteRest(output, request, message.rest)
        break
      }
      hasBegun = true
      const written = await output.write(
        message.kind === 'columns' ? format.begin(message.columns) : format.rows(message.rows),
      )
      if (!written) break
    }
    return ExitCode.finished
  } catch (error) {
    if (!hasBegun || !(error instanceof AppError)) throw error
    // Rows are out already: what is left is to end the text well and to say that it is not whole.
    await output.write(
      format.end({ error: { code: error.code, message: error.line }, exit_code: error.exit }),
    )
    output.failure(error.line)
    return error.exit
  }
}

function noteRest(output: Output, { limit }: QueryRequest, { rows, isExact }: Rest): void {
  if (limit === null || rows === 0) return
  output.note(`… and ${isExact ? '' : 'more than '}${count(rows, 'more row')} (see --limit)`)
}

function list(output: Output): ExitCode {
  const questions = listQuestions()
  output.table(
    questions.map(({ name, description }) => [name, description]),
    { indent: '' },
  )
  output.print('\nsora-crawl sql NAME answers one; --param changes what it is asked with:')
  output.table(questions.flatMap(parameterRows))
  output.json('sql-list', questions)
  return ExitCode.finished
}

function parameterRows({ name, parameters }: Question): string[][] {
  return parameters.map((parameter, i) => [
    i === 0 ? name : '',
    `${parameter.name}=${parameter.default}`,
    parameter.about,
  ])
}
