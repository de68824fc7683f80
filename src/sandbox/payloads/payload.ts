/** A JSON object as the API serves it. */
export type Payload = Record<string, unknown>

/**
 * Which of the two known spellings a sandbox speaks: `native`, the platform's own (wrappers, `description`,
 * `verified`…), or `contract`, that of the gateway's notes (flat comments and remixes, `bio`,
 * `is_verified`…).
 */
export type Form = 'native' | 'contract'
