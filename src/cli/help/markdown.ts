import { tableLines } from './table.js'
import { BOLD, CODE, END, padded, painted, wrap, type Style } from './text.js'

/**
 * A page of the guide, which is written in Markdown, as text of at most `width` columns. It knows what the
 * guide uses: headings, paragraphs, lists of one level, tables, blocks of code, emphasis, code and links.
 * Only lines of code can be wider, where they are so on the page.
 */
export function renderMarkdown(source: string, width: number, style: Style): string {
  const lines = blocksOf(source.split('\n')).flatMap((block, i, all) => {
    const isTight = block.kind === 'item' && all[i - 1]?.kind === 'item'
    return [...(i === 0 || isTight ? [] : ['']), ...linesOf(block, width, style)]
  })
  return `${lines.join('\n')}\n`
}

interface Block {
  readonly kind: 'heading' | 'code' | 'table' | 'item' | 'paragraph'
  /** Spaces before it: a block of code in a list stands further right. */
  readonly indent: number
  readonly lines: string[]
}

function blocksOf(source: readonly string[]): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const line of source) {
    const indent = line.length - line.trimStart().length
    const text = line.trim()
    if (open?.kind === 'code') {
      if (text === '```') open = undefined
      else open.lines.push(line.slice(open.indent))
    } else if (text === '') open = undefined
    else {
      const kind = kindOf(text)
      const isMore: boolean =
        kind === 'paragraph'
          ? open !== undefined && open.kind !== 'heading'
          : kind === 'table' && open?.kind === 'table'
      if (!isMore) blocks.push((open = { kind, indent, lines: [] }))
      if (kind !== 'code') open?.lines.push(text)
    }
  }
  return blocks
}

function kindOf(text: string): Block['kind'] {
  if (text.startsWith('```')) return 'code'
  if (text.startsWith('|')) return 'table'
  if (/^#+ /.test(text)) return 'heading'
  return /^[-*] /.test(text) ? 'item' : 'paragraph'
}

function linesOf({ kind, indent, lines }: Block, width: number, style: Style): string[] {
  switch (kind) {
    case 'code':
      return lines.map(line => (line === '' ? '' : ' '.repeat(indent + 2) + line))
    case 'table':
      return tableLines(cellsOf(lines, style), width, style)
    case 'heading':
      return headingLines(lines.join(' '), width, style)
    case 'item': {
      const text = inline(lines.join(' ').slice(2), style)
      return painted(wrap(text, width - 2), style).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))
    }
    case 'paragraph':
      return painted(wrap(inline(lines.join(' '), style), width - indent), style).map(
        line => ' '.repeat(indent) + line,
      )
  }
}

function headingLines(heading: string, width: number, style: Style): string[] {
  const lines = wrap(inline(heading.replace(/^#+ /, ''), { isPlain: true }), width)
  if (!style.isPlain) return painted([`${BOLD}${lines.join('\n')}${END}`], style)
  const rule = heading.startsWith('# ') ? '═' : '─'
  const underline = padded('', Math.max(...lines.map(line => line.length))).replaceAll(' ', rule)
  return [...lines, underline]
}

/** The cells of a table's rows, without the row that only rules. */
function cellsOf(lines: readonly string[], style: Style): string[][] {
  return lines
    .filter((_, i) => i !== 1)
    .map(line =>
      line
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map(cell => inline(cell.trim().replaceAll(String.raw`\|`, '|'), style)),
    )
}

/** The parts of a line that mean something: code first, in which nothing else does. */
const INLINE = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|(?<![\w*])\*(?=\w)([^*]+?)(?<=\w)\*(?!\w)/g

function inline(text: string, style: Style): string {
  return text.replaceAll(INLINE, (_, code, label, target, strong, weak) => {
    if (code !== undefined) return style.isPlain ? `\`${code}\`` : `${CODE}${code}${END}`
    if (label !== undefined) return linked(inline(String(label), style), String(target))
    return `${BOLD}${inline(String(strong ?? weak), { isPlain: true })}${END}`
  })
}

/** Where a link leads: to another page by the command that shows it, into the world by its address. */
function linked(label: string, target: string): string {
  const [, page] = /^([a-z]+)\.md(?:#.*)?$/.exec(target) ?? []
  if (page !== undefined) return `${label} (\`help ${page}\`)`
  return /^https?:/.test(target) ? `${label} (${target})` : label
}
