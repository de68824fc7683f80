import { html, written, type Html } from './html.js'
import { excerpt } from './format.js'

/** A user as text: the handle or else the id, or as much of it as can be read at a glance. */
export function userName(username: string | null, id: string): string {
  return excerpt(username === null || username === '' ? id : `@${username}`, 24)
}

/** The same as markup, with the full id where one looks for it. */
export function userView(username: string | null, id: string): Html {
  return html`<span class="user" title="${id}">${written(userName(username, id))}</span>`
}
