export * from './crawl.js'
export * from './documented.js'
export * from './entities.js'
export type * from './rows.js'
