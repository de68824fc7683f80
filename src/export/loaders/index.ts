import type { HelperFile, LoadableFile, Task } from '../contract.js'
import type { Loadable, LoadableTable } from './loadable.js'
import { pythonFormats, pythonText } from './python.js'
import { rFormats, rText } from './r.js'

export { loadingLines } from './lines.js'

/** The scripts that load what the tasks write, where they can load any of it. */
export function loaderFiles(tasks: readonly Task[]): HelperFile[] {
  const formats = new Set(tasks.map(({ format }) => format))
  const can = (known: readonly string[]): boolean => known.some(format => formats.has(format))
  return [
    ...(can(pythonFormats)
      ? [
          script(
            'load.py',
            'text/x-python',
            'Loads every table and network in Python, with the right types.',
            files => pythonText(loadable(files, pythonFormats)),
          ),
        ]
      : []),
    ...(can(rFormats)
      ? [
          script('load.R', 'text/x-r', 'Loads every table and network in R, with the right types.', files =>
            rText(loadable(files, rFormats)),
          ),
        ]
      : []),
  ]
}

function script(path: string, mediatype: string, description: string, text: HelperFile['text']): HelperFile {
  const format = path.split('.')[1] ?? ''
  return { path, text, name: path.toLowerCase(), description, format: format.toLowerCase(), mediatype }
}

/** @param formats those that a language can load, the one that needs the least first */
function loadable(files: readonly LoadableFile[], formats: readonly string[]): Loadable {
  const known = files.filter(({ format }) => formats.includes(format))
  const best = (own: readonly LoadableFile[]): readonly LoadableFile[] => {
    const format = formats.find(one => own.some(file => file.format === one))
    return own.filter(file => file.format === format)
  }
  const byTable = new Map<string, LoadableFile[]>()
  const byNetwork = new Map<string, LoadableFile[]>()
  for (const file of known) {
    const [groups, name] =
      file.dataset === null ? [byNetwork, file.path.split('.')[0] ?? file.path] : [byTable, file.dataset]
    groups.set(name, [...(groups.get(name) ?? []), file])
  }
  return {
    tables: [...byTable].map(([name, own]) => tableOf(name, best(own))),
    networks: [...byNetwork].flatMap(([name, own]) =>
      best(own).map(({ format, path }) => ({ name, format, path })),
    ),
  }
}

function tableOf(name: string, files: readonly LoadableFile[]): LoadableTable {
  const [{ format = '', columns = [] } = {}] = files
  return {
    name,
    format,
    columns,
    paths: files.map(({ path }) => path),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
  }
}
