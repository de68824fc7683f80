import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type CrawlStore, type RefusalStep, type RunPlan } from '../../src/db/index.js'
import { Bench } from './support/database.js'
import { Simulation } from './support/simulation.js'
import { facts, plans, World, type Fact } from './support/world.js'

/** Stories that are lived through; more of them for a long night. */
const RUNS = Number(process.env['SORA_SCOPE_RUNS'] ?? 500)
/** At most so many requests are in flight. */
const CONCURRENCY = 4

type Action =
  | { readonly do: 'reserve' | 'crash' | 'switch' | 'finish' }
  | { readonly do: 'commit'; readonly which: number }
  | { readonly do: 'refuse'; readonly which: number; readonly step: RefusalStep }

const step = fc.constantFrom<RefusalStep>(
  { to: 'ready', attempts: 0, round: 0 },
  { to: 'restart' },
  { to: 'failed', reason: 'kept', endsPass: false },
  { to: 'failed', reason: 'over', endsPass: true },
  { to: 'unavailable', as: 'gone' },
  { to: 'doubtful' },
)

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Action>({ do: 'reserve' }) },
  { weight: 8, arbitrary: fc.nat(CONCURRENCY).map((which): Action => ({ do: 'commit', which })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(CONCURRENCY), step)
      .map(([which, told]): Action => ({ do: 'refuse', which, step: told })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Action>({ do: 'crash' }, { do: 'switch' }, { do: 'switch' }, { do: 'finish' }),
  },
)

interface Story {
  readonly facts: readonly Fact[]
  readonly plans: readonly [RunPlan, RunPlan]
  readonly actions: readonly Action[]
}

const story: fc.Arbitrary<Story> = fc.record({
  facts,
  plans: fc.tuple(plans, plans),
  actions: fc.array(action, { maxLength: 40, size: 'max' }),
})

async function act(simulation: Simulation, told: Action, other: () => RunPlan): Promise<void> {
  switch (told.do) {
    case 'reserve':
      if (simulation.inFlight < CONCURRENCY) await simulation.reserve()
      return
    case 'commit':
      return simulation.commit(told.which)
    case 'refuse':
      return simulation.refuse(told.which, told.step)
    case 'crash':
      return simulation.crash()
    case 'switch':
      return simulation.crash(other())
    case 'finish':
      await simulation.finish()
      return simulation.open()
  }
}

async function live(
  { facts: told, plans: [first, second], actions }: Story,
  open: () => CrawlStore,
): Promise<void> {
  let active = first
  const other = (): RunPlan => {
    active = active === first ? second : first
    return active
  }
  const simulation = new Simulation(new World(told), first, open)
  try {
    await simulation.open()
    for (const one of actions) await act(simulation, one, other)
    await simulation.finish()
    await simulation.open(other())
    await simulation.finish()
  } finally {
    await simulation.end()
  }
}

describe('the scope of a run', () => {
  it(
    'is the fixed point of its rules over what is stored, whatever the order of pages, ' +
      'interruptions and other runs',
    async () => {
      const bench = new Bench()
      await bench.closeStore(bench.store('empty.db'))
      let stories = 0
      try {
        await fc.assert(
          fc.asyncProperty(story, async told => {
            stories += 1
            const name = `${stories}.db`
            bench.copy('empty.db', name)
            await live(told, () => openStore(bench.file(name), 'sandbox'))
            bench.remove(name)
          }),
          { numRuns: RUNS },
        )
        expect(stories).toBeGreaterThanOrEqual(RUNS)
      } finally {
        await bench.end()
      }
    },
    RUNS * 300,
  )
})
