import { hostilePages } from './support/pages.js'

hostilePages('contract')
