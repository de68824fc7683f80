import path from 'node:path'

import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'

import { readRoutes, routes, type RouteName } from '../../src/api/index.js'
import { ROOT } from './cruise.js'

const generationRoutes = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].kind === 'generation')

/** The text of a crawler file that reads `route`. */
function crawlerOf(route: string): string {
  return `import { defineCrawler } from '../crawl/index.js'
export default defineCrawler({
  route: '${route}',
  accepts: 'post',
  order: 'single',
  params: (subject): never => subject as never,
  read: (record, page) => void page.listPost(record),
})
`
}

/** What the compiler says, with the project's own settings, of files that exist only here. */
function compile(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => files.has(file) || fileExists(file)
  host.readFile = (file) => files.get(file) ?? readFile(file)
  host.getSourceFile = (file, language, ...rest) => {
    const text = files.get(file)
    return text === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, text, language)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return new Map([...files.keys()].map((file) => [path.basename(file, '.ts'), problemsOf(program, file)]))
}

function problemsOf(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} was not compiled`)
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText, start = 0 }) => {
    const line = source.text.split('\n')[source.getLineAndCharacterOfPosition(start).line]?.trim()
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

describe('a crawler that names a route', () => {
  let problems: Map<string, string[]>

  beforeAll(() => {
    const names = [...readRoutes, ...generationRoutes, 'no_such_route']
    problems = compile(new Map(names.map((name) => [path.join(ROOT, 'src/crawlers', `try_${name}.ts`), crawlerOf(name)])))
  })

  test('there are routes of both kinds', () => {
    expect([readRoutes.length, generationRoutes.length]).toEqual([13, 4])
  })

  test.for(generationRoutes)('%s, which generates, does not compile', (route) => {
    const [problem, ...more] = problems.get(`try_${route}`) ?? []
    expect(problem).toContain(`route: '${route}',: Type '"${route}"' is not assignable to type`)
    expect(more).toEqual([])
  })

  test.for(readRoutes)('%s, which collects, compiles', (route) => {
    expect(problems.get(`try_${route}`)).toEqual([])
  })

  test('one that does not exist does not compile', () => {
    expect(problems.get('try_no_such_route')?.[0]).toContain("route: 'no_such_route'")
  })
})
