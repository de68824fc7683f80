import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOME } from '../../home.js'

/** The pages are not compiled: they are read from the sources, by the built program too. */
const FOLDER = join(HOME, 'src/guide')

/** A page of the guide. */
export interface Topic {
  readonly name: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}

/** Every file of src/guide is a topic; its name is the topic's. In the order of the README. */
export function listTopics(): Topic[] {
  const names = readdirSync(FOLDER)
    .filter(file => /^[a-z]+\.md$/.test(file))
    .map(file => file.replace(/\.md$/, ''))
  return names
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map(name => {
      const text = readFileSync(`${FOLDER}/${name}.md`, 'utf8')
      return { name, title: text.slice(2, text.indexOf('\n')), text }
    })
}

/** As a newcomer needs them. */
const ORDER = ['settings', 'crawling', 'money', 'operating', 'tables', 'exporting', 'privacy', 'importing']

function placeOf(name: string): number {
  const place = ORDER.indexOf(name)
  return place === -1 ? ORDER.length : place
}

/** Topics that have a word in one of their headings: what somebody may mean who asks for no topic by its name. */
export function topicsAbout(word: string, topics: readonly Topic[]): Topic[] {
  const wanted = word.toLowerCase()
  return topics.filter(({ text }) =>
    (text.match(/^#+ .*$/gm) ?? []).join('\n').toLowerCase().includes(wanted),
  )
}
