import type { Stack } from '../stack.ts'

type Check = { id: string; status: string; message: string }

/** True here: the name is no real one, so nobody finds it and nobody signed its certificate; and the machine may be busy with other tests. */
const TRUE_HERE = /^(network\.(dns|certificate|public_url|open_ports)|machine\.load)$/

/** `atende doctor` of a whole stack that works finds nothing that is not so. @throws naming what it calls wrong */
export function askDoctor(stack: Stack): string {
  const { out, err } = stack.ask('--json', 'doctor')
  const { checks } = JSON.parse(out || '{"checks":[]}') as { checks: Check[] }
  if (checks.length < 20) throw new Error(`the doctor said: ${out}${err}`)
  const wrong = checks.filter((c) => c.status === 'fail' && !TRUE_HERE.test(c.id))
  if (wrong.length > 0) throw new Error(wrong.map((c) => `the doctor calls ${c.id} wrong: ${c.message}`).join('\n'))
  const count = (status: string) => checks.filter((c) => c.status === status).length
  return `doctor in the containers: ${count('ok')} ok, ${count('warn')} to look at, ${count('skipped')} not used here, ${count('fail')} wrong (the test's name leads nowhere)`
}
