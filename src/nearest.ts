/**
 * How many letters have to be changed, put in, left out or exchanged with their neighbour to make one word of
 * the other (Damerau and Levenshtein, each place touched once).
 */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(changed, exchanged, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** Letters that a word may begin a name with to mean it. */
const SHORTEST_BEGINNING = 3
/** Longer than any name, so that comparing takes no time. */
const LONGEST = 64

/** The name that a misspelled word most likely means; undefined where none is near. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const typed = word.toLowerCase().slice(0, LONGEST)
  const near = [...names]
    .map(name => ({ name, away: distance(typed, name.toLowerCase()) }))
    .toSorted((a, b) => a.away - b.away)
  const [first] = near
  if (first !== undefined && first.away <= Math.max(1, Math.floor(typed.length / 3))) return first.name
  return typed.length >= SHORTEST_BEGINNING
    ? near.find(({ name }) => name.toLowerCase().startsWith(typed))?.name
    : undefined
}

/** `; do you mean NAME?` to put behind what is wrong; nothing where no name is near. */
export function perhaps(word: string, names: Iterable<string>, dashes = ''): string {
  const name = nearest(word, names)
  return name === undefined ? '' : `; do you mean ${dashes}${name}?`
}
