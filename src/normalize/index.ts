export type { Forgotten } from './forgotten.js'
export { PageReader } from './page-reader.js'
export { cursorMentions, FORGOTTEN, isTombstone, redactBody, redactRecord, redactText } from './redaction.js'
export { timeMs } from './values.js'
