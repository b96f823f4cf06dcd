import { parentPort } from 'node:worker_threads'
import type { DeriveAnswer, Derived, DeriveTask } from './derive-types.ts'

/** Decoders are loaded when the first file needs them. */
const WORK: Record<DeriveTask['task'], (bytes: Uint8Array) => Promise<Derived>> = {
  image: async (bytes) => (await import('./derive-image.ts')).deriveImage(bytes),
  heic: async (bytes) => (await import('./derive-image.ts')).deriveHeic(bytes),
  pdf: async (bytes) => (await import('./derive-pdf.ts')).derivePdf(bytes),
  opus: async (bytes) => (await import('./derive-audio.ts')).deriveOpus(bytes),
  mp3: async (bytes) => (await import('./derive-audio.ts')).deriveMp3(bytes),
}

/** A file that a decoder refuses is an answer; a decoder that breaks ends the thread. */
async function answer({ task, bytes }: DeriveTask): Promise<DeriveAnswer> {
  try {
    return { ok: true, derived: await WORK[task](bytes) }
  } catch (e) {
    return { ok: false, reason: e instanceof Error ? e.message.slice(0, 200) : 'unreadable' }
  }
}

parentPort?.on('message', (task: DeriveTask) => void answer(task).then((a) => parentPort?.postMessage(a)))
