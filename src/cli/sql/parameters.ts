import type { SqlParameters } from '../../db/index.js'
import { AppError } from '../../errors.js'

const LARGEST = 2n ** 63n - 1n

/**
 * A yargs coercion: `name=value`, given any number of times, as the values of named parameters.
 * @throws AppError `bad-usage`
 */
export function readParameters(value: unknown): SqlParameters {
  const words = value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]
  const pairs = words.map(readParameter)
  const names = new Set(pairs.map(([name]) => name))
  if (names.size < pairs.length) throw new AppError('bad-usage', '--param names a parameter more than once')
  return Object.fromEntries(pairs)
}

function readParameter(word: string): [string, bigint | number | string] {
  const [, name, value] = /^[:@$]?([A-Za-z_]\w*)=([^]*)$/.exec(word) ?? []
  if (name === undefined || value === undefined) throw new AppError('bad-usage', '--param takes name=value')
  return [name, parameterValue(value)]
}

/**
 * What looks like a number as a number, since SQLite compares `'5'` and 5 as different; all else as text,
 * `007` too.
 */
export function parameterValue(text: string): bigint | number | string {
  if (/^(0|-?[1-9]\d*)$/.test(text)) {
    const integer = BigInt(text)
    return integer > LARGEST || integer < -LARGEST ? text : integer
  }
  return /^-?(0|[1-9]\d*)\.\d+$/.test(text) && String(Number(text)) === text ? Number(text) : text
}
