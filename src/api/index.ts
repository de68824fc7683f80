export { ApiClient, type ClientOptions, type PageReply, type RefusalReply, type Reply } from './client.js'
export { knownFields, steadyFields, type RecordKind, type SteadyField } from './known-fields.js'
export { openEnvelope, openParsed, UnreadableBody, type Page } from './envelope.js'
export { isNobody, NOBODY } from './nobody.js'
export {
  attachmentFields,
  commentFields,
  encodingUrl,
  isObject,
  postFields,
  profileFields,
  readFields,
  readId,
  typeName,
  type Drift,
} from './payloads.js'
export type { RateGate, Turn } from './rate-gate.js'
export {
  readRoutes,
  routes,
  type GenerationRoute,
  type MicroUsd,
  type ParamsOf,
  type ReadRoute,
  type Route,
  type RouteName,
  type Shape,
} from './routes.js'
export { keepText, keptText, type KeptBody } from './body.js'
