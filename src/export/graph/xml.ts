/**
 * Whatever XML 1.0 cannot hold, however it is escaped: most control characters, halves of pairs, U+FFFE and
 * U+FFFF.
 */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what it finds
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** What means something to a parser, and what some parsers take for the end of a line. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\u0085': '&#133;',
  '\u2028': '&#8232;',
}

/**
 * Text for the inside of an element or of an attribute in double quotes. A parser gives it back as it was,
 * line ends and tabs included, but for characters that no XML file can hold: each of these becomes U+FFFD.
 */
export function escapeXml(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll(/[&<>"\t\n\r\u0085\u2028]/g, character => ENTITIES[character] ?? character)
}

/**
 * An id as one that XML can hold, and no two ids as the same: what is forbidden becomes `\u0001` and so on,
 * and a backslash, so that it is not taken for the beginning of that, two.
 */
export function idText(id: string): string {
  return id
    .replaceAll('\\', String.raw`\\`)
    .replaceAll(
      FORBIDDEN,
      character => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
}
