import * as z from 'zod'
import { AppError, ExitCode } from '../../errors.js'
import { perhaps } from '../../nearest.js'
import { answers } from '../answers/index.js'
import type { Command, Listed } from '../command.js'
import { configSchema } from '../config-file.js'
import { seedList } from '../yaml-seeds.js'

interface Flags {
  name?: string
}

/** What there are schemas of: the answers, and the files that people write. */
const schemas: Readonly<Record<string, (commands: readonly Listed[]) => z.ZodType | Promise<z.ZodType>>> = {
  ...Object.fromEntries(Object.entries(answers).map(([name, schema]) => [name, () => schema])),
  seeds: () => seedList,
  config: configSchema,
}

export const schemaCommand: Command<Flags> = {
  command: 'schema [name]',
  describe: 'Print the JSON Schema of a --json answer, of a seed list in YAML or of the config file',
  answers: true,
  builder: yargs =>
    yargs
      .positional('name', {
        type: 'string',
        describe: 'A command, error, seeds or config; left out: all names',
      })
      .example('$0 schema', 'the names of all schemas')
      .example('$0 schema status > status.schema.json', 'what `status --json` answers') as never,
  run: async ({ name }, { output, commands }) => {
    if (name === undefined) {
      const names = Object.keys(schemas)
      output.print(names.join('\n'))
      output.json('schema-list', { names })
      return ExitCode.finished
    }
    await output.write(`${JSON.stringify(await schemaOf(name, commands), null, 2)}\n`)
    return ExitCode.finished
  },
}

async function schemaOf(name: string, commands: readonly Listed[]): Promise<unknown> {
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
  if (schema === undefined)
    throw new AppError(
      'bad-usage',
      `there is no schema of "${name}"${perhaps(name, Object.keys(schemas)) || '; `sora-crawl schema` names all'}`,
    )
  return { title: `sora-crawl ${name}`, ...z.toJSONSchema(await schema(commands)) }
}
