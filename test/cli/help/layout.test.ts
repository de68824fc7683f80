/** Help and guide at the widths that terminals have. */
import { describe, expect, test } from 'vitest'

import { catalogue } from '../../../src/cli/catalogue.js'
import { commandHelp } from '../../../src/cli/help/command-help.js'
import { renderMarkdown } from '../../../src/cli/help/markdown.js'
import { programHelp } from '../../../src/cli/help/program-help.js'
import { widthOf } from '../../../src/cli/help/text.js'
import { listTopics } from '../../../src/cli/help/topics.js'

const WIDTHS = [60, 80, 100]
const topics = listTopics()

function tooWide(text: string, width: number): string[] {
  return text.split('\n').filter(line => widthOf(line) > width)
}

/** The words of a text, whatever breaks its lines; what rules and aligns is none. */
function wordsOf(text: string): string[] {
  return text.match(/[^\s═─\\]+/g) ?? []
}

describe.for(WIDTHS)('at %i columns', width => {
  test('the help of the program fits', () => {
    expect(tooWide(programHelp(catalogue, topics, width), width)).toEqual([])
  })

  test.for(catalogue)('the help of $command fits, and breaks no word of what is said', async listed => {
    const command = await listed.load()
    const text = commandHelp(command, listed.guide, width)
    expect(tooWide(text, width)).toEqual([])
    // Lists that are longer than a line are broken at their commas.
    const known = new Set(wordsOf(commandHelp(command, listed.guide, 1_000)))
    const broken = wordsOf(text).filter(word => !known.has(word) && !/,/.test(word))
    const ends = [...known].filter(word => word.includes(',')).join(' ')
    expect(broken.filter(word => !ends.includes(word))).toEqual([])
  })

  test.for(topics)('the page $name fits but for its code', ({ text }) => {
    const code = new Set(
      [...text.matchAll(/```[a-z]*\n([^]*?)```/g)].flatMap(([, lines = '']) =>
        lines.split('\n').map(line => line.trim()),
      ),
    )
    const plain = renderMarkdown(text, width, { isPlain: true })
    expect(tooWide(plain, width).filter(line => !code.has(line.trim()))).toEqual([])
    expect(plain).not.toContain('\u001b')
    expect(renderMarkdown(text, width, { isPlain: false })).toContain('\u001b[1m')
  })
})

test('a flag that has a default of no interest shows none, and one that is a switch shows no type', async () => {
  const crawl = catalogue.find(({ command }) => command.startsWith('crawl'))
  if (crawl === undefined) throw new Error('there is no crawl')
  const text = commandHelp(await crawl.load(), crawl.guide, 100)
  expect(text).not.toMatch(/\[boolean\]|\[string\]|\[number\]|default: false/)
  for (const group of ['What is read:', 'Cost:', 'Speed:', 'Sandbox:', 'Database and output:'])
    expect(text).toContain(`\n${group}\n`)
  expect(text).toMatch(/^ {2}--full {2,}Read every listing/m)
  expect(text).toMatch(/^ {2}--depth N .*\(default: 0\)/m)
})
