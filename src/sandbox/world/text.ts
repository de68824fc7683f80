import { emoji, hazards, remarks, sentences } from './corpus.js'
import type { Dice } from './chance.js'

/**
 * The text of a post: mostly a sentence, now and then something that tools choke on, empty, null, or very
 * long.
 */
export function postText(dice: Dice, mention: string): string | null {
  const form = dice.below(40)
  if (form === 0) return null
  if (form === 1) return ''
  if (form === 2) return longText(dice)
  if (form < 10) return dice.pick(hazards)
  if (form < 13) return `${dice.pick(sentences)} with <@${mention}>`
  if (form < 22) return `${dice.pick(sentences)} ${dice.pick(emoji)}`
  if (form < 26) return `${dice.pick(sentences)}\n\n${dice.pick(sentences)}`
  return dice.pick(sentences)
}

/** The text of a comment: shorter, with fewer surprises. */
export function commentText(dice: Dice, mention: string): string {
  const form = dice.below(30)
  if (form === 0) return ''
  if (form === 1) return longText(dice)
  if (form < 5) return dice.pick(hazards)
  if (form < 8) return `<@${mention}> ${dice.pick(remarks)}`
  if (form < 12) return `${dice.pick(remarks)} ${dice.pick(emoji)}`
  return dice.pick(remarks)
}

function longText(dice: Dice): string {
  return Array.from({ length: 40 + dice.below(120) }, () => dice.pick(sentences)).join(' ')
}
