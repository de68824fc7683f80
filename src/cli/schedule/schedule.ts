import type { Cron } from 'croner'
import { ExitCode } from '../../errors.js'
import { onStopSignals } from '../on-signals.js'

/** What a schedule does. */
export interface ScheduleWork {
  /** Runs once. @returns the exit code that ends the schedule; undefined if it goes on */
  readonly run: () => Promise<ExitCode | undefined>
  /** Notes a slot that came while a run was going on. */
  readonly skip: () => void
}

/**
 * Runs at every slot until a signal or a run ends it, never twice at once: a slot that comes during a run is
 * skipped. The first SIGINT, SIGTERM or SIGHUP lets the run that is going on come to its end (the crawl
 * itself hears it and stops politely), a second one quits at once.
 */
export class Schedule {
  readonly #slots: Cron
  readonly #work: ScheduleWork
  #busy = false
  #asked = false
  #resolve: (code: ExitCode) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(slots: Cron, work: ScheduleWork) {
    this.#slots = slots
    this.#work = work
  }

  /**
   * @param runNow whether one run comes before the first slot
   * @returns 0 when it was asked to end, else the exit code of the run that ended it
   */
  async keep(runNow: boolean): Promise<ExitCode> {
    const onSignal = (): void => this.#onSignal()
    const forget = onStopSignals(onSignal)
    try {
      return await new Promise<ExitCode>((resolve, reject) => {
        this.#resolve = resolve
        this.#reject = reject
        this.#slots.schedule(() => this.#onSlot())
        if (runNow) void this.#onSlot()
      })
    } finally {
      this.#slots.stop()
      forget()
    }
  }

  async #onSlot(): Promise<void> {
    if (this.#busy) return this.#work.skip()
    this.#busy = true
    try {
      const end = await this.#work.run()
      if (end !== undefined || this.#asked) this.#resolve(end ?? ExitCode.finished)
    } catch (error) {
      this.#reject(error)
    } finally {
      this.#busy = false
    }
  }

  #onSignal(): void {
    if (this.#asked) process.exit(ExitCode.stopped)
    this.#asked = true
    this.#slots.stop()
    if (!this.#busy) this.#resolve(ExitCode.finished)
  }
}
