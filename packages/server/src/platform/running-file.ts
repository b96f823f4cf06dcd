import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const Running = z.object({ url: z.string() })
const fileOf = (home: string) => path.join(home, 'running.json')

/** Another server lives in this data folder: two would fight over one embedded database. */
export class AlreadyRunning extends Error {
  readonly url: string
  constructor(url: string) {
    super(`Atende já está aberto em ${url}. Encerre-o antes (Ctrl+C no terminal dele), ou use outra pasta com DATA_DIR.`)
    this.url = url
  }
}

/** Address of the server that runs on this folder. Who was killed leaves the file behind; only who answers counts. */
export async function runningServer(home: string): Promise<string | undefined> {
  if (!existsSync(fileOf(home))) return undefined
  const left = Running.safeParse(JSON.parse(readFileSync(fileOf(home), 'utf8') || '{}')).data
  if (!left) return undefined
  const answer = await fetch(`${left.url}/alive`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined)
  return answer?.ok ? left.url : undefined
}

/** @throws AlreadyRunning */
export async function requireAlone(home: string): Promise<void> {
  const url = await runningServer(home)
  if (url) throw new AlreadyRunning(url)
}

export const noteRunning = (home: string, url: string): void => writeFileSync(fileOf(home), `${JSON.stringify({ url })}\n`)
export const forgetRunning = (home: string): void => rmSync(fileOf(home), { force: true })
