/**
 * Markup that is safe to be put into a page as it is. Only `html` makes it, and what is put into that is
 * escaped.
 */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Html | string | number | null | undefined | readonly Content[]

/**
 * A template whose values are escaped, in elements and in quoted attributes, unless they are markup
 * themselves; lists are joined, null is nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((all, part, i) => all + textOf(values[i - 1]) + part))
}

function textOf(value: Content): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Html) return value.text
  return Array.isArray(value) ? value.map(textOf).join('') : escape(String(value))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, character => ENTITIES[character] ?? '')
}

/**
 * Text without what HTML cannot hold and nobody can see: control characters, those that turn the direction of
 * a text, and halves of surrogate pairs.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '')
    .replaceAll(/(?!\n)\p{Cc}+/gu, ' ')
}

/** What somebody on the platform wrote: its direction is its own and ends with it. */
export function written(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/**
 * A link to the outside, which tells the other side nothing; the bare text where the address is none that a
 * browser should follow.
 */
export function link(address: string | null, text: Content): Html {
  return isWeb(address) ? html`<a href="${address}" rel="noreferrer noopener">${text}</a>` : html`${text}`
}

function isWeb(address: string | null): address is string {
  return address !== null && /^https?:\/\//i.test(address) && URL.canParse(address)
}
