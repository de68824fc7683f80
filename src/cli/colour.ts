/* Colours of states, for a terminal that shows them. */

/** What is well, what goes on or waits, what is wrong, and what nothing can be done about. */
export type Tone = 'good' | 'open' | 'bad' | 'dim'

const SEQUENCES: Readonly<Record<Tone, string>> = {
  good: '\u001B[32m',
  open: '\u001B[33m',
  bad: '\u001B[31m',
  dim: '\u001B[2m',
}
const END = '\u001B[0m'

/** Whether stdout shows colours: a terminal, unless `NO_COLOR` is set (https://no-color.org) or it is dumb. */
export function showsColours(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

export function painted(text: string, tone: Tone): string {
  return text.trim() === '' ? text : `${SEQUENCES[tone]}${text}${END}`
}

const TONES: Readonly<Record<string, Tone>> = {
  complete: 'good',
  done: 'good',
  finished: 'good',
  failed: 'bad',
  repeats: 'bad',
  'not found': 'bad',
  doubtful: 'bad',
  private: 'dim',
  gone: 'dim',
  unavailable: 'dim',
  abandoned: 'dim',
}

/** The tone of a state of a run, a stream or a listing; what is not known is open. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'open'
}
