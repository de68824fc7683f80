export { PageReader } from './page-reader.js'
