import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'

import { readRoutes, routes, type RouteName } from '../../src/api/index.js'
import { ROOT } from './cruise.js'

const generationRoutes = (Object.keys(routes) as RouteName[]).filter(
  name => routes[name].kind === 'generation',
)

const FOLDER = path.join(ROOT, 'src/crawlers')
const posts = readFileSync(path.join(FOLDER, 'posts.ts'), 'utf8')
const crawlerFiles = readdirSync(FOLDER).filter(name => name !== 'index.ts')

/** The crawler of posts, with another route. */
function crawlerOf(route: string): string {
  return posts.replace("'get_user_posts'", `'${route}'`)
}

/** What the compiler says, with the project's own settings, of files that exist only here. */
function compile(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile) as {
    config: unknown
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = file => files.has(file) || fileExists(file)
  host.readFile = file => files.get(file) ?? readFile(file)
  host.getSourceFile = (file, language, ...rest) => {
    const text = files.get(file)
    return text === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, text, language)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return new Map([...files.keys()].map(file => [path.basename(file, '.ts'), problemsOf(program, file)]))
}

function problemsOf(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} was not compiled`)
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText, start = 0 }) => {
      const line = source.text.split('\n')[source.getLineAndCharacterOfPosition(start).line]?.trim()
      return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    },
  )
}

describe('a crawler', () => {
  let problems: Map<string, string[]>

  beforeAll(() => {
    const tried = [...generationRoutes, 'no_such_route', 'get_user_posts'].map(
      route => [`try_${route}.ts`, crawlerOf(route)] as const,
    )
    const files = [
      ...crawlerFiles.map(name => [name, readFileSync(path.join(FOLDER, name), 'utf8')] as const),
      ...tried,
    ]
    problems = compile(new Map(files.map(([name, text]) => [path.join(FOLDER, name), text])))
  })

  test.for(generationRoutes)('that names %s, which generates, does not compile', route => {
    expect(problems.get(`try_${route}`)?.[0]).toContain(
      `route: '${route}',: Type '"${route}"' is not assignable to type`,
    )
  })

  test('that names a route that there is not does not compile', () => {
    expect(problems.get('try_no_such_route')?.[0]).toContain("route: 'no_such_route',: Type")
  })

  test('that names a route which collects compiles', () => {
    expect(problems.get('try_get_user_posts')).toEqual([])
  })

  test.for(crawlerFiles)('of the program, %s, compiles', name => {
    expect(problems.get(path.basename(name, '.ts'))).toEqual([])
  })

  test('has 13 routes to choose from, and 4 that it cannot have', () => {
    expect([readRoutes.length, generationRoutes.length]).toEqual([13, 4])
  })
})
