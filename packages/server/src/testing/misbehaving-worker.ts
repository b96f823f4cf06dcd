import { parentPort } from 'node:worker_threads'

const hold: unknown[] = []
const WAYS: Record<string, () => unknown> = {
  hang: () => {
    for (;;);
  },
  throw: () => {
    throw new Error('out of the blue')
  },
  exit: () => process.exit(1),
  fill: () => {
    for (;;) hold.push(new Array(1_000_000).fill(0))
  },
  environment: () => JSON.stringify(process.env),
}

/** Does what it is told, for tests of the pool. */
parentPort?.on('message', (way: string) => parentPort?.postMessage(WAYS[way] ? WAYS[way]() : `did ${way}`))
