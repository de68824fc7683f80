import { AppError } from '../../errors.js'
import { showsColours } from '../colour.js'
import { commandName, type Listed } from '../command.js'
import { perhaps } from '../../nearest.js'
import type { Output } from '../output.js'
import { commandHelp } from './command-help.js'
import { renderMarkdown } from './markdown.js'
import { page } from './pager.js'
import { programHelp } from './program-help.js'
import { listTopics, topicsAbout, type Topic } from './topics.js'

/** Lines of text that are longer than this are read with less ease, however wide the terminal is. */
const WIDEST = 100
/** Where nobody says how wide the screen is. */
const USUAL_WIDTH = 80

/**
 * Shows the help of the program (null), of a command, or a page of the guide.
 * @throws AppError `bad-usage` if there is nothing of that name
 */
export async function showHelp(
  name: string | null,
  commands: readonly Listed[],
  output: Output,
): Promise<void> {
  const width = Math.min(WIDEST, process.stdout.columns ?? USUAL_WIDTH)
  const topics = listTopics()
  if (name === null) {
    output.print(programHelp(commands, topics, width))
    output.json('help', {
      commands: commands.map(one => ({ name: commandName(one), usage: one.command, about: one.describe })),
      topics: topics.map(({ name: topic, title }) => ({ name: topic, title })),
    })
    return
  }
  const listed = commands.find(one => commandName(one) === name)
  if (listed !== undefined) {
    const text = commandHelp(await listed.load(), listed.guide, width)
    output.print(text)
    output.json('help', { command: name, text })
    return
  }
  await showTopic(topicOf(name, topics, commands.map(commandName)), output, width)
}

async function showTopic({ name, title, text }: Topic, output: Output, width: number): Promise<void> {
  if (output.isJson) return output.json('help', { topic: name, title, text })
  const styled = renderMarkdown(text, width, { isPlain: !showsColours() })
  if (process.stdout.isTTY && (await page(styled, process.env))) return
  output.print(renderMarkdown(text, width, { isPlain: true }).trimEnd())
}

function topicOf(name: string, topics: readonly Topic[], commands: readonly string[]): Topic {
  const topic = topics.find(one => one.name === name.toLowerCase())
  if (topic !== undefined) return topic
  const about = topicsAbout(name, topics).map(one => `sora-crawl help ${one.name}`)
  const hint =
    about.length > 0
      ? `; ${about.slice(0, 3).join(', ')} ${about.length === 1 ? 'tells' : 'tell'} of it`
      : perhaps(name, [...topics.map(one => one.name), ...commands])
  throw new AppError('bad-usage', `there is no command and no topic "${name}"${hint}`)
}
