/**
 * Text in a form in which the spellings of a name are equal: lower case, accents as marks of their own,
 * styled and wide letters as plain ones, invisible characters left out.
 */
export interface Folded {
  readonly text: string
  /**
   * For each code unit, where the character that it comes from begins in the original; null where nothing has
   * moved.
   */
  readonly origins: Uint32Array | null
}

/** A character with the marks on it. */
const CLUSTER = /[^]\p{M}*/gu
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

let complexUnits: Uint8Array | undefined

export function fold(text: string): Folded {
  const isComplex = (complexUnits ??= findComplexUnits())
  for (let i = 0; i < text.length; i += 1) {
    if (isComplex[text.charCodeAt(i)] === 1) return foldSlowly(text)
  }
  return { text: text.toLowerCase(), origins: null }
}

/** A name as it is looked for; empty if nothing of it can be seen. */
export function foldName(name: string): string {
  return fold(name).text.trim()
}

function foldSlowly(text: string): Folded {
  const origins: number[] = []
  let folded = ''
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldCluster(cluster)
    folded += part
    for (let i = 0; i < part.length; i += 1) origins.push(index)
  }
  return { text: folded, origins: Uint32Array.from(origins) }
}

/** Both small sigmas are one letter: which of them is written depends on what follows. */
function foldCluster(cluster: string): string {
  return cluster.normalize('NFKD').toLowerCase().replaceAll('ς', 'σ').replaceAll(INVISIBLE, '')
}

/**
 * The code units whose folding is not simply their lower case; whatever is beyond the basic plane is made of
 * such.
 */
function findComplexUnits(): Uint8Array {
  const isComplex = new Uint8Array(0x1_0000)
  for (let unit = 0x80; unit < isComplex.length; unit += 1) {
    const character = String.fromCharCode(unit)
    const isHalf = unit >= 0xd800 && unit < 0xe000
    const folded = foldCluster(character)
    if (
      isHalf ||
      'Σσς'.includes(character) ||
      /\p{M}/u.test(character) ||
      folded.length !== 1 ||
      folded !== character.toLowerCase()
    )
      isComplex[unit] = 1
  }
  return isComplex
}
