import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { bad, both, type CheckText, type Finding, family, ok, skipped, warn } from '../check.ts'

const texts = {
  'host.units': {
    title: both('services of systemd run', 'serviços do systemd no ar'),
    todo: both('journalctl -u <unit> -n 50, then systemctl restart <unit>', 'journalctl -u <unit> -n 50 e depois systemctl restart <unit>'),
    runbook: 'start',
  },
  'host.nginx': {
    title: both('nginx accepts its configuration', 'nginx aceita sua configuração'),
    todo: both('nginx -t names file and line; correct it, then nginx -s reload', 'nginx -t indica arquivo e linha; corrija e rode nginx -s reload'),
    runbook: 'start',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const run = promisify(execFile)
const RUN = { timeout: 8000, encoding: 'utf8' } as const

/** The doctor's own last run: what it found then is looked at now. */
const OWN_UNIT = 'atende-doctor.service'

async function checkUnits(): Promise<Finding<Id>[]> {
  // Without systemd as the first process there are no units, whatever is installed.
  if (!existsSync('/run/systemd/system')) return []
  const { stdout } = await run('systemctl', ['list-units', '--all', '--plain', '--no-legend', 'atende-*'], RUN)
  const colours = stdout.match(COLOURED) ?? []
  const enabled = await Promise.all(colours.map(async (unit) => ((await isEnabled(unit)) ? [unit] : [])))
  return judgeUnits(stdout, enabled.flat())
}

/** Of an update's two colours one is in charge; systemd starts it with the machine. */
const COLOURED = /atende-(?:web|worker)@(?:blue|green)\.service/g
const isEnabled = (unit: string): Promise<boolean> =>
  run('systemctl', ['is-enabled', '-q', unit], RUN).then(
    () => true,
    () => false,
  )

/**
 * @param list as `systemctl list-units --plain --no-legend` prints it
 * @param enabled units of the colour in charge
 */
export function judgeUnits(list: string, enabled: readonly string[]): Finding<Id>[] {
  const units = list.split('\n').flatMap((line) => {
    const [name, , active] = line.trim().split(/\s+/)
    return name && active && name !== OWN_UNIT ? [{ name, active }] : []
  })
  if (units.length === 0) return []
  const failed = units.filter((u) => u.active === 'failed').map((u) => u.name)
  // One that an update has ended by force: started again, it would work with the old version beside the new one.
  const ended = failed.filter((name) => name.match(COLOURED) && !enabled.includes(name))
  const broken = failed.filter((name) => !ended.includes(name))
  const reset = `systemctl reset-failed ${ended.join(' ')}`
  return [
    ...(broken.length > 0 ? [bad<Id>('host.units', `failed: ${broken.join(', ')}`, `com falha: ${broken.join(', ')}`)] : []),
    ...(ended.length > 0
      ? [
          warn<Id>('host.units', `not in charge, did not end by itself: ${ended.join(', ')}`, `fora de uso, não terminou sozinho: ${ended.join(', ')}`, {
            todo: both(reset, reset),
          }),
        ]
      : []),
    ...(failed.length === 0 ? [ok<Id>('host.units', `${units.length} units`, `${units.length} units`)] : []),
  ]
}

async function checkNginx(): Promise<Finding<Id>[]> {
  const binary = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((f) => existsSync(f))
  // One that serves something else is not ours to judge.
  if (!binary || !existsSync('/etc/nginx/atende')) return []
  if (process.getuid?.() !== 0) return [skipped('host.nginx', 'only root can test it: sudo nginx -t', 'só o root pode testar: sudo nginx -t')]
  return run(binary, ['-t'], RUN).then(
    () => [ok('host.nginx', 'nginx -t', 'nginx -t')],
    (e: { stderr?: string }) => {
      const line = e.stderr?.split('\n').find((l) => l.includes('[emerg]')) ?? 'nginx -t fails'
      return [bad('host.nginx', line, line)]
    },
  )
}

export const hostChecks = family(texts, async () => (await Promise.all([checkUnits(), checkNginx()])).flat())
