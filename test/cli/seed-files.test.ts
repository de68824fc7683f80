import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readCollect } from '../../src/cli/flags.js'
import { seedArguments, seedFile, soundSeeds, type SeedFileContext } from '../../src/cli/seed-files.js'
import type { SeedOptions } from '../../src/crawl/index.js'
import { loadCrawlers } from '../../src/crawlers/index.js'
import { AppError } from '../../src/errors.js'

const options: SeedOptions = { collect: ['posts'], depth: 1, maxPages: 7 }
let context: SeedFileContext
let folder: string

beforeAll(async () => {
  const crawlers = await loadCrawlers()
  context = { options, readCollect: value => readCollect(value, crawlers) }
  folder = await mkdtemp(path.join(tmpdir(), 'sora-crawl-seeds-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string | Buffer): Promise<string> {
  const place = path.join(folder, name)
  await writeFile(place, text)
  return place
}

/** The seeds of a file as text, with options where they are not the command's. */
async function seedsOf(name: string, text: string | Buffer, column?: string): Promise<unknown[]> {
  const planned = soundSeeds(await seedFile(await file(name, text), context, column))
  return planned.map(({ seed, options: own }) => (own === options ? seed.text : { seed: seed.text, ...own }))
}

/** What is said of a file, with its place without the folder. */
async function refusalOf(name: string, text: string | Buffer, column?: string): Promise<string> {
  const place = await file(name, text)
  return (await refusal(async () => soundSeeds(await seedFile(place, context, column)))).replaceAll(
    `${folder}/`,
    '',
  )
}

async function refusal(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-seed') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('seeds as arguments', () => {
  test('take the options of the command', () => {
    expect(seedArguments(['feed', '@sam'], context)).toMatchObject([
      { seed: { text: 'feed' }, options },
      { seed: { text: '@sam' }, options },
    ])
  })

  test('are refused by what they say, for they have no line', async () => {
    expect(await refusal(() => soundSeeds(seedArguments(['nonsense'], context)))).toMatch(
      /^"nonsense" is not a seed/,
    )
  })
})

describe('a text file of seeds', () => {
  test('has one in each line, with comments, blank lines and spaces', async () => {
    expect(await seedsOf('a.txt', '# mine\n\nfeed\n  @sam  # a friend\n\t\nuser-Ab12\t# tab\n')).toEqual([
      'feed',
      '@sam',
      'user-Ab12',
    ])
  })

  test.for([
    ['\n', 'Unix'],
    ['\r\n', 'Windows'],
    ['\r', 'an old Mac'],
  ] as const)('may have the line ends of %j (%s), and ends in one or not', async ([end]) => {
    expect(await seedsOf('a.txt', ['feed', 'leaderboard'].join(end))).toEqual(['feed', 'leaderboard'])
    expect(await refusalOf('a.txt', ['feed', 'nonsense', ''].join(end))).toMatch(/^a\.txt:2: /)
  })

  test('may begin with a byte order mark', async () => {
    expect(await seedsOf('a.txt', '\uFEFFfeed\n')).toEqual(['feed'])
  })

  test('keeps the fragment of an address, which is no comment', async () => {
    expect(await seedsOf('a.txt', 'https://sora.chatgpt.com/p/s_12?x=1#top\n')).toEqual(['s_12'])
  })

  test('may have any name, with an ending or without', async () => {
    expect(await seedsOf('seeds', 'feed')).toEqual(['feed'])
    expect(await seedsOf('seeds.csv', 'feed')).toEqual(['feed'])
  })

  test.for([
    ['nonsense', '"nonsense" is not a seed'],
    ['search:', 'a search needs a word'],
    ['@', '"@" is no handle'],
    ['@sam @omar', 'is no handle'],
    ['https://example.org/p/s_1', 'is not the address'],
    ['s_', 'is not a seed'],
  ] as const)('refuses "%s" with its file and line', async ([seed, why]) => {
    const said = await refusalOf('mine.txt', `# one\nfeed\n\n${seed}\n@later\n`)
    expect(said).toMatch(/^mine\.txt:4: /)
    expect(said).toContain(why)
  })

  test('names every line that is wrong, and the forms of a seed once', async () => {
    const said = await refusalOf('mine.txt', 'feed\nwrong\n@a b\n@sam\nwronger\n')
    expect(said).toMatch(
      /^mine\.txt:2: "wrong" is not a seed; mine\.txt:3: "@a b" is no handle; mine\.txt:5: "wronger" is not a seed; a seed is one of feed, /,
    )
    expect(said.match(/a seed is one of/g)).toHaveLength(1)
  })

  test('names a hundred and counts the rest where nothing is a seed', async () => {
    const said = await refusalOf('mine.txt', 'wrong\n'.repeat(100_000))
    expect(said).toContain('mine.txt:100: ')
    expect(said).not.toContain('mine.txt:101: ')
    expect(said).toContain('and 99900 more')
  })

  test('is read as it was pasted', async () => {
    expect(
      await seedsOf('a.txt', '\u202a@sam\u202c,\n"sora.chatgpt.com/profile/@omar",\n\u200b\nuser-1;\n'),
    ).toEqual(['@sam', '@omar', 'user-1'])
    expect(await refusalOf('a.txt', '@sam\n@\u200b\u2060\n')).toBe(
      'a.txt:2: "@\\u{200b}\\u{2060}" is no handle',
    )
  })

  test.for(['', '\n\n', '# only a comment\n', '\uFEFF'])('%j has no seeds, and says so', async text => {
    expect(await refusalOf('empty.txt', text)).toBe('empty.txt has no seeds')
  })

  test('that does not exist is named', async () => {
    expect(await refusal(() => seedFile(path.join(folder, 'nowhere.txt'), context))).toMatch(
      /nowhere\.txt: there is no such file$/,
    )
  })

  test('that is a folder is named', async () => {
    await mkdir(path.join(folder, 'folder.txt'), { recursive: true })
    expect(await refusal(() => seedFile(path.join(folder, 'folder.txt'), context))).toContain('folder.txt')
  })
})

describe('a YAML file of seeds', () => {
  test('is a list of strings', async () => {
    expect(await seedsOf('a.yaml', '# mine\n- feed\n- "@sam"\n- search:sam\n')).toEqual([
      'feed',
      '@sam',
      'search:sam',
    ])
  })

  test('or of maps, which set what they want and take the rest from the command', async () => {
    const text =
      '- seed: feed\n- {seed: "@sam", depth: 0}\n- seed: user-1\n  collect: comments, replies\n  max_pages: 2\n- {seed: s_1, collect: [remixes], max_pages: null}\n'
    expect(await seedsOf('a.yml', text)).toEqual([
      { seed: 'feed', ...options },
      { seed: '@sam', ...options, depth: 0 },
      { seed: 'user-1', collect: ['comments', 'replies'], depth: 1, maxPages: 2 },
      { seed: 's_1', collect: ['remixes'], depth: 1, maxPages: null },
    ])
  })

  test('may have its ending in capitals, Windows line ends and a byte order mark', async () => {
    expect(await seedsOf('A.YAML', '\uFEFF- feed\r\n- leaderboard\r\n')).toEqual(['feed', 'leaderboard'])
  })

  test('may share options by an anchor', async () => {
    const text =
      '- seed: user-1\n  collect: &network [followers, following]\n- seed: user-2\n  collect: *network\n'
    expect(await seedsOf('a.yaml', text)).toMatchObject([
      { collect: ['followers', 'following'] },
      { collect: ['followers', 'following'] },
    ])
  })

  test.for([
    ['nonsense', '- feed\n- nonsense\n', 2, '"nonsense" is not a seed'],
    ['a number', '- feed\n- 12\n', 2, 'a seed is a string'],
    ['nothing', '- feed\n-\n- feed\n', 2, 'a seed is a string'],
    ['a list', '- feed\n- [feed]\n', 2, 'a seed is a string'],
    ['a handle without quotes', '- feed\n- @sam\n', 2, '@'],
    ['a map without a seed', '- feed\n\n- depth: 1\n', 3, 'seed'],
    ['a map whose seed is nonsense', '- seed: nonsense\n  depth: 1\n', 1, '"nonsense" is not a seed'],
    ['a map whose seed is a number', '- feed\n- seed: 12\n', 2, 'seed'],
    ['an option that there is not', '- feed\n- {seed: feed, dept: 1}\n', 2, 'dept'],
    ['a depth below 0', '- feed\n- {seed: feed, depth: -1}\n', 2, 'depth'],
    ['a depth in words', '- feed\n- {seed: feed, depth: deep}\n', 2, 'depth'],
    ['half a hop', '- feed\n- {seed: feed, depth: 0.5}\n', 2, 'depth'],
    ['no page at all', '- feed\n- {seed: feed, max_pages: 0}\n', 2, 'max_pages'],
    ['a stream that there is not', '- feed\n- {seed: feed, collect: likes}\n', 2, 'likes'],
    [
      'a list of streams with one that there is not',
      '- feed\n- {seed: feed, collect: [posts, likes]}\n',
      2,
      'likes',
    ],
    ['no stream', '- feed\n- {seed: feed, collect: []}\n', 2, 'collect'],
    ['an option twice', '- feed\n- seed: feed\n  depth: 1\n  depth: 2\n', 4, 'unique'],
    ['a bracket that is not closed', '- feed\n- [feed\n', 3, ''],
    ['a map at its top', 'feed: 1\n', 1, 'is a list'],
    ['only a string', 'feed\n', 1, 'is a list'],
    ['an alias of nothing', '- feed\n- *network\n', 2, ''],
    ['an alias of nothing as an option', '- feed\n- {seed: feed, collect: *network}\n', 2, 'collect'],
  ] as const)('refuses %s with its file and line', async ([, text, line, why]) => {
    const said = await refusalOf('mine.yaml', text)
    expect(said).toMatch(new RegExp(`^mine\\.yaml:${line}: `))
    expect(said).toContain(why)
    expect(said).not.toContain('\n')
  })

  test.for(['', '# nothing\n', '[]\n'])('%j has no seeds, and says so', async text => {
    expect(await refusalOf('empty.yaml', text)).toBe('empty.yaml has no seeds')
  })

  test('says nothing on the terminal but its one line', async () => {
    const warnings: unknown[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    await refusalOf('mine.yaml', '%TAG ! tag:x\n---\n- !odd nonsense\n').catch(() => '')
    await new Promise(setImmediate)
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})

describe('a column of a CSV file', () => {
  test.for([
    ['commas', 'name,handle\nSam,@sam\nOmar,@omar\n'],
    ['semicolons, as Excel writes in Europe', 'name;handle\nSam;@sam\n"Omar; the other";@omar\n'],
    ['tabs', 'name\thandle\nSam, Jr.\t@sam\nOmar\t@omar'],
    ['a line that names the separator', 'sep=;\nname;handle\nSam;@sam\nOmar;@omar'],
    ['quotes', '"name","handle"\n"Sam ""the cat""\nof two lines","@sam"\n"Omar, O.", "@omar"\n'],
    ['a mark, spaces and capitals', '\uFEFFName , Handle\n x , @sam \n x , "@omar" \n'],
    ['empty cells, short and blank lines', 'handle,name\n@sam,x\n,y\n\n@omar\n'],
    ['handles without their sign', 'handle\nsam\nomar\n'],
  ] as const)('with %s', async ([, text]) => {
    expect(await seedsOf('people.csv', text, 'handle')).toEqual(['@sam', '@omar'])
  })

  test('may have any name, and any seeds', async () => {
    expect(await seedsOf('list', 'who\nfeed\nuser-1\nsearch:two words\n', 'who')).toEqual([
      'feed',
      'user-1',
      'search:two words',
    ])
  })

  test('of handles has people, whatever they are called', async () => {
    expect(await seedsOf('people.csv', 'username\nfeed\nleaderboard\nuser-1\n', 'username')).toEqual([
      '@feed',
      '@leaderboard',
      'user-1',
    ])
  })

  test('names each line that has no seed, counting those within quotes', async () => {
    expect(
      await refusalOf('people.csv', 'who,note\n@sam,"two\nlines"\nnobody,x\n@omar,\n@a b,x\n', 'who'),
    ).toMatch(/^people\.csv:4: "nobody" is not a seed; people\.csv:6: "@a b" is no handle; a seed is/)
  })

  test('that there is not is refused with those that there are', async () => {
    expect(await refusalOf('people.csv', 'name,handle\nSam,@sam\n', 'handel')).toBe(
      'people.csv has no column "handel"; it has "name", "handle"',
    )
    expect(await refusalOf('people.csv', '', 'handle')).toBe('people.csv has no column "handle"; it has none')
    expect(await refusalOf('people.csv', 'handle\n\n', 'handle')).toBe('people.csv has no seeds')
  })

  test('behind a quote that nothing closes is refused', async () => {
    expect(await refusalOf('people.csv', 'handle,name\n@sam,x\n@omar,"y\n@ann,z\n', 'handle')).toBe(
      'people.csv:3: a quote is not closed',
    )
  })

  test.for(['handle\n', 'x,handle,y\n'])('of 100,000 lines is read at once: %j', async header => {
    const commas = header.split(',').length === 3
    const text =
      header +
      Array.from({ length: 100_000 }, (_, i) => (commas ? `"a, b",@name${i},"c"\n` : `@name${i}\n`)).join('')
    const started = performance.now()
    expect(await seedsOf('people.csv', text, 'handle')).toHaveLength(100_000)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('a file that is no text', () => {
  test('is refused with the line that cannot be read', async () => {
    expect(await refusalOf('latin.txt', Buffer.from('feed # caf\xe9\n@caf\xe9\r\n', 'latin1'))).toMatch(
      /^latin\.txt:2: /,
    )
  })
})
