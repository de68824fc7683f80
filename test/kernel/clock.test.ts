import { getEventListeners } from 'node:events'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { monotonicMs, now, pause } from '../../src/clock.js'

const never = new AbortController().signal

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Whether a promise has resolved by now. */
function watch(promise: Promise<void>): { done: boolean } {
  const state = { done: false }
  void promise.then(() => {
    state.done = true
    return undefined
  })
  return state
}

describe('a pause', () => {
  test('ends when its time has passed, and not before', async () => {
    const state = watch(pause(1_000, never))
    await vi.advanceTimersByTimeAsync(999)
    expect(state.done).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.done).toBe(true)
  })

  test('ends at once when it is called off', async () => {
    const controller = new AbortController()
    const state = watch(pause(60_000, controller.signal))
    await vi.advanceTimersByTimeAsync(10)
    controller.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(state.done).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not begin when it is called off before', async () => {
    await pause(60_000, AbortSignal.abort())
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for([0, -5, Number.NEGATIVE_INFINITY])('of %d milliseconds is none', async ms => {
    await pause(ms, never)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leaves nothing behind on a signal that many pauses share', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 20; i += 1) {
      const state = watch(pause(5, signal))
      await vi.advanceTimersByTimeAsync(5)
      expect(state.done).toBe(true)
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('of more than 25 days does not end at once', async () => {
    const controller = new AbortController()
    const state = watch(pause(30 * 86_400_000, controller.signal))
    await vi.advanceTimersByTimeAsync(1_000)
    controller.abort()
    expect(state.done).toBe(false)
  })
})

describe('time', () => {
  test('of day is ISO 8601 in UTC with milliseconds', () => {
    vi.setSystemTime(new Date('2025-10-13T10:12:11.252+02:00'))
    expect(now()).toBe('2025-10-13T08:12:11.252Z')
  })

  test('for waits does not go backwards with the clock on the wall', () => {
    vi.useRealTimers()
    const before = monotonicMs()
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    expect(monotonicMs()).toBeGreaterThanOrEqual(before)
  })
})
