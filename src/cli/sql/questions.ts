import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SqlParameters } from '../../db/index.js'
import { AppError } from '../../errors.js'
import { HOME } from '../../home.js'
import { perhaps } from '../../nearest.js'
import { parameterValue } from './parameters.js'

/** Questions are not compiled: they are read from the sources, by the built program too. */
const FOLDER = join(HOME, 'src/questions')

export interface QuestionParameter {
  readonly name: string
  readonly default: string
  readonly about: string
}

/**
 * A query with a name. Its file begins with a description, and says in one line each what `--param` can
 * change.
 */
export interface Question {
  readonly name: string
  readonly description: string
  readonly parameters: readonly QuestionParameter[]
  readonly sql: string
}

/** Every file of src/questions is a question; its name is the question's. */
export function listQuestions(): Question[] {
  return readdirSync(FOLDER)
    .filter(file => /^[a-z][a-z0-9-]*\.sql$/.test(file))
    .toSorted()
    .map(file => readQuestion(file.replace(/\.sql$/, '')))
}

/** @throws AppError `bad-usage` if there is none of that name */
export function findQuestion(name: string): Question {
  const questions = listQuestions()
  const question = questions.find(one => one.name === name)
  if (question === undefined) {
    const names = questions.map(one => one.name)
    throw new AppError(
      'bad-usage',
      `there is no question "${name}"${perhaps(name, names)}; sora-crawl sql --list shows those there are`,
    )
  }
  return question
}

/**
 * What a question is run with: its defaults, and what was given instead.
 * @throws AppError `bad-usage` for a parameter that it does not have
 */
export function withDefaults({ name, parameters }: Question, given: SqlParameters): SqlParameters {
  const unknown = Object.keys(given).find(key => !parameters.some(parameter => parameter.name === key))
  if (unknown !== undefined) {
    const known = parameters.map(parameter => parameter.name).join(', ')
    throw new AppError(
      'bad-usage',
      `${name} has no parameter "${unknown}"; it has ${known === '' ? 'none' : known}`,
    )
  }
  return { ...Object.fromEntries(parameters.map(one => [one.name, parameterValue(one.default)])), ...given }
}

const PARAMETER = /^-- :(\w+) = (.*?): (.*)$/

function readQuestion(name: string): Question {
  const sql = readFileSync(join(FOLDER, `${name}.sql`), 'utf8')
  const [first = '', ...lines] = sql.split('\n')
  const parameters = lines.flatMap(line => {
    const [, key, value, about] = PARAMETER.exec(line) ?? []
    return key === undefined || value === undefined || about === undefined
      ? []
      : [{ name: key, default: value, about }]
  })
  return { name, description: first.replace(/^-- /, ''), parameters, sql }
}
