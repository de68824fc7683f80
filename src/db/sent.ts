/*
 * What counts as a request that was sent, and what as a crawl: whoever counts requests, runs or money asks
 * here. Ready questions and the guide, which are SQL as people write it, say the same; tests hold them to
 * it.
 */

/**
 * Of a row of `requests`: it went out, whatever came of it. Imported answers were had elsewhere. @param q the
 * table's name, with a dot
 */
export const isSent = (q = ''): string => `${q}state NOT IN ('never-sent', 'imported')`

/** Of a row of `requests`: it was sent, and nobody knows whether it was billed. */
export const isUnsure = (q = ''): string => `${q}state IN ('unknown', 'reserved')`

/** Of a row of `requests`: an answer that was had elsewhere, at no cost. */
export const isImported = (q = ''): string => `${q}state = 'imported'`

/** Of a row of `runs`: it took answers in, and sent nothing. */
export const isImport = (r = ''): string => `${r}key = 'import'`
