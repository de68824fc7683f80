import type { Argv, Options } from 'yargs'

/** What a command says of itself to the parser. */
export interface Described {
  readonly positionals: ReadonlyMap<string, Options>
  readonly options: ReadonlyMap<string, Options>
  /** Command lines, and what each does. */
  readonly examples: readonly (readonly [line: string, about: string])[]
  readonly epilogue: string
}

/**
 * Asks a command's builder for its flags, without a parser: the parser's own help has no groups within a
 * command and names every type, so the help is laid out here from the same words.
 */
export function describedBy(command: { readonly builder?: unknown }): Described {
  const positionals = new Map<string, Options>()
  const options = new Map<string, Options>()
  const examples: [string, string][] = []
  const epilogues: string[] = []
  const methods: Readonly<Record<string, (...args: never[]) => void>> = {
    positional: (name: string, about: Options) => void positionals.set(name, about),
    option: (name: string, about: Options) => void options.set(name, about),
    default: (name: string, value: unknown) =>
      void options.set(name, { ...options.get(name), default: value }),
    example: (line: string, about: string) =>
      void examples.push([line.replaceAll('$0', 'sora-crawl'), about]),
    epilogue: (text: string) => void epilogues.push(text),
  }
  // Whatever else a builder asks of the parser is not about its help.
  const recorder: object = new Proxy(
    {},
    {
      get: (_, method) =>
        method === 'then'
          ? undefined
          : (...args: never[]) => {
              methods[String(method)]?.(...args)
              return recorder
            },
    },
  )
  if (typeof command.builder === 'function')
    void (command.builder as (yargs: Argv) => unknown)(recorder as Argv)
  return { positionals, options, examples, epilogue: epilogues.join(' ') }
}
