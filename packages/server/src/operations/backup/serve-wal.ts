import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Owner } from './unpack.ts'

/** The archive by the name of a segment; undefined when it has none. */
export type WalSource = (name: string) => Promise<Buffer | undefined>

/** More than 125 makes PostgreSQL give up, instead of believing that the archive ends here. */
const GIVE_UP = 200

/**
 * PostgreSQL asks for one segment after the other; each is fetched and opened when it is wanted, so that an archive of any length needs
 * the room of one. It asks by a file in `folder`, since its user may not be able to run our program.
 */
export async function serveWal(
  folder: string,
  owner: Owner,
  source: WalSource,
): Promise<{ command: string; served: () => number; failure: () => unknown; stop: () => Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const give = async (file: string) => {
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(file, owner.uid, owner.gid)
  }
  await give(folder)
  let [served, stopped] = [0, false]
  let failure: unknown
  const answer = async (name: string) => {
    const file = path.join(folder, name)
    await rm(`${file}.want`, { force: true })
    const data = await source(name)
    const to = data ? file : `${file}.none`
    await writeFile(`${file}.part`, data ?? '', { mode: 0o600 })
    await give(`${file}.part`)
    await rename(`${file}.part`, to)
    if (data) served++
  }
  const serving = (async () => {
    while (!stopped) {
      const wanted = (await readdir(folder)).filter((n) => n.endsWith('.want'))
      try {
        for (const n of wanted) await answer(n.slice(0, -5))
      } catch (e) {
        failure = e
        await writeFile(path.join(folder, 'failed'), '')
        return
      }
      if (wanted.length === 0) await new Promise((r) => setTimeout(r, 15))
    }
  })()
  const w = `'${folder}/%f`
  const command = [
    `: > ${w}.want'`,
    `n=0`,
    `while [ ! -e ${w}' ] && [ ! -e ${w}.none' ]; do if [ -e '${folder}/failed' ] || [ $n -gt 30000 ]; then exit ${GIVE_UP}; fi; n=$((n+1)); sleep 0.02; done`,
    `[ -e ${w}' ] && mv ${w}' "%p"`,
  ].join('; ')
  return {
    command,
    served: () => served,
    failure: () => failure,
    async stop() {
      stopped = true
      await serving
      await rm(folder, { recursive: true, force: true })
    },
  }
}
