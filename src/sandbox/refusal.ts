/** An answer other than 200, thrown by whoever finds out; the envelope says it in the gateway's dialect. */
export class Refusal extends Error {
  override readonly name = 'Refusal'

  constructor(
    readonly status: number,
    message: string,
    /** FastAPI's list of what is wrong with the parameters, on a 422. */
    readonly problems?: readonly Problem[],
  ) {
    super(message)
  }
}

/** One parameter that FastAPI refuses. */
export interface Problem {
  readonly loc: readonly string[]
  readonly msg: string
  readonly type: string
}
