import { html, written, type Html } from './html.js'
import { excerpt } from './format.js'

/** A user as text: the handle, or else the beginning of the id. */
export function userName(username: string | null, id: string): string {
  return username === null || username === '' ? excerpt(id, 14) : `@${username}`
}

/** The same as markup, with the full id where one looks for it. */
export function userView(username: string | null, id: string): Html {
  return html`<span class="user" title="${id}">${written(excerpt(userName(username, id), 40))}</span>`
}
