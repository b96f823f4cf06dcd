import type { World } from '../state/world.ts'
import { MAX_UPDATES } from './merge-changes.ts'
import type { WebhookChange } from './webhook-types.ts'

export interface Batcher {
  add(key: string, change: WebhookChange): void
  /** Batches that still collect. */
  readonly open: number
}

/** Collects the changes of one callback for `batchMs` and hands them over together. */
export function createBatcher(world: World, dispatch: (changes: WebhookChange[]) => void): Batcher {
  const batches = new Map<string, { changes: WebhookChange[]; generation: number }>()
  const flush = (key: string): void => {
    const batch = batches.get(key)
    batches.delete(key)
    if (batch?.generation === world.generation) dispatch(world.scenario.shuffle ? shuffleList(batch.changes) : batch.changes)
  }
  return {
    add(key, change) {
      const batch = batches.get(key)
      if (batch?.generation !== world.generation) {
        batches.set(key, { changes: [change], generation: world.generation })
        world.after(world.scenario.batchMs, () => flush(key))
        return
      }
      batch.changes.push(change)
      if (batch.changes.length >= MAX_UPDATES) flush(key)
    },
    get open() {
      return batches.size
    },
  }
}

function shuffleList<T>(list: T[]): T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
