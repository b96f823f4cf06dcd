/**
 * `npm run test:deploy`: the whole of a server, as an operator runs it. Builds the image, starts the containers of compose.yml behind nginx
 * with TLS, signs up, exchanges messages, updates to a new version under load, takes a backup, destroys the database, restores, and
 * compares; updates plain processes under load, too; and runs the installer on a fresh Debian. Prints the times.
 *
 *   npm run test:deploy -- [--keep] [--clean] [--only start|backup|update|stack|install] [--built]
 *
 * No registry of images is needed: the base images are made here (scripts/deploy/base-images.ts). --keep leaves the stack running and says
 * how to look at it; --clean also removes what was kept to make the next run quick;
 * --built takes the image that an earlier run with --keep has left; --only stack is all that happens in containers of compose.yml.
 */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { makeBaseImages } from './deploy/base-images.ts'
import { CACHE, prepareHost } from './deploy/host.ts'
import { BACKUP_IMAGE, buildImages, IMAGE, inspectImage } from './deploy/image.ts'
import { printTimes, run, step } from './deploy/run.ts'
import { openStack, type Stack } from './deploy/stack.ts'
import { backupAndRestore, makeBackupKey } from './deploy/steps/backup.ts'
import { askDoctor } from './deploy/steps/doctor.ts'
import { installFresh } from './deploy/steps/install.ts'
import { compare, exchange, openShop } from './deploy/steps/messages.ts'
import { checkDoctor, checkHardening, measureMemory, measureStart, startStack } from './deploy/steps/start.ts'
import { updateUnderLoad } from './deploy/steps/update.ts'
import { LIMITS_OFF, updateStack } from './deploy/steps/update-stack.ts'
import { versionOf } from './release/repository.ts'

const { values } = parseArgs({ options: { keep: { type: 'boolean' }, clean: { type: 'boolean' }, only: { type: 'string' }, built: { type: 'boolean' } } })
const wants = (part: string) => !values.only || values.only === part
const inStack = (part: string) => wants(part) || values.only === 'stack'
const VERSION = versionOf(path.resolve(import.meta.dirname, '..'))
/** The same tree with one more migration, for the update. */
const NEXT = VERSION.replace(/^(\d+)\.(\d+).*/, (_, major, minor) => `${major}.${Number(minor) + 1}.0`)
/** Nothing here waits for ever; this is for what nobody thought of. */
const LIMIT_MS = 60 * 60_000

const figures: string[] = []
let stack: Stack | undefined

async function main(): Promise<void> {
  await step('tools', prepareHost)
  if (['start', 'backup', 'update'].some(inStack)) {
    await step('stand-ins for base images (kept for the next run)', makeBaseImages)
    if (!values.built) {
      await step('build of the image', () => buildImages(VERSION))
      figures.push(...(await step('what is in the image', () => inspectImage(VERSION))))
    }
    const key = makeBackupKey(VERSION)
    const opened = await step('settings and secrets (setup.sh)', () => openStack(VERSION, { ...LIMITS_OFF, BACKUP_RECIPIENT: key.recipient }))
    stack = opened
    figures.push(...(await step('start of the stack', () => startStack(opened))))
    figures.push(await step('a second start of the server', () => measureStart(opened)))
    const shop = await step('sign-up and channel, over https', () => openShop(opened))
    figures.push(...(await step('messages both ways, a picture, the socket', () => exchange(opened, shop))))
    await step('who may do what in the containers', () => checkHardening(opened))
    figures.push(...(await step('the doctor, from within', () => checkDoctor(opened))))
    if (inStack('update')) figures.push(...(await step('update of the containers under load, back, and again', () => updateStack(opened, shop, NEXT))))
    if (inStack('backup')) figures.push(...(await step('backup, loss of the database, restore, comparison', () => backupAndRestore(opened, shop, key))))
    await step('everything is still there', () => compare(opened, shop))
    figures.push(await step('what the doctor says', () => askDoctor(opened)))
    figures.push('memory:', ...measureMemory(opened).map((line) => `  ${line}`))
  }
  if (wants('update')) figures.push(...(await step('update of plain processes under load', async () => (await updateUnderLoad()).lines)))
  if (wants('install')) figures.push(...(await step('the installer on a fresh Debian', () => installFresh())))
}

function end(): void {
  if (values.keep && stack) {
    console.log(`\nkept: https://127.0.0.1:${stack.ports.secure} (Host: atende.test), settings in ${stack.home}`)
    console.log(`look: CONTAINERS_CONF=${CACHE}/containers.conf CONTAINERS_STORAGE_CONF=${CACHE}/storage.conf podman ps`)
    return
  }
  stack?.close()
  if (!existsSync(path.join(CACHE, 'graph'))) return
  for (const image of [VERSION, NEXT].flatMap((v) => [`${IMAGE}:${v}`, `${BACKUP_IMAGE}:${v}`])) run('podman', ['rmi', '-f', image], { allowFailure: true })
  if (!values.clean) return
  run('podman', ['system', 'reset', '--force'], { allowFailure: true })
  rmSync(CACHE, { recursive: true, force: true })
}

const began = performance.now()
const late = setTimeout(() => {
  console.error(`\n✗ still not done after ${LIMIT_MS / 60_000} minutes`)
  end()
  process.exit(1)
}, LIMIT_MS)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    end()
    process.exit(130)
  })
}
const failure = await main().then(
  () => undefined,
  (e: unknown) => (e instanceof Error ? e.message : String(e)),
)
clearTimeout(late)
end()
console.log('\nTimes')
printTimes()
console.log('\nFigures')
for (const figure of figures) console.log(`  ${figure}`)
console.log(`\n${failure ? `✗ ${failure}` : '✓ the whole server works'} in ${((performance.now() - began) / 60_000).toFixed(1)} min`)
process.exit(failure ? 1 : 0)
