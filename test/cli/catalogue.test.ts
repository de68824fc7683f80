import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/cli/catalogue.js'

describe('the catalogue of commands', () => {
  test.for(catalogue)(
    'says of `$command` what the command says of itself',
    async ({ command, describe: about, load }) => {
      const loaded = await load()
      expect({ command: loaded.command, describe: loaded.describe }).toEqual({ command, describe: about })
    },
  )

  test('has every file of the folder', () => {
    const files = readdirSync(new URL('../../src/cli/commands/', import.meta.url)).map(file =>
      file.replace(/\.ts$/, ''),
    )
    expect(catalogue.map(({ command }) => command.replace(/ .*/, '')).toSorted()).toEqual(files.toSorted())
  })
})
