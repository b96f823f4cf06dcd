import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { within } from '../../../platform/health.ts'
import { certificateDays } from '../../probe/certificate-days.ts'
import { type Both, bad, both, type CheckText, type Finding, family, judge, ok, skipped, warn } from '../check.ts'
import { checkClock } from '../clocks.ts'
import { type DoctorEnv, reasonOf } from '../doctor-env.ts'
import { type Answerer, type Whose, whoAnswers } from '../identity.ts'
import { checkOwnPorts, checkPorts, opens } from '../ports.ts'

const texts = {
  'network.dns': {
    title: both('the domain points here', 'o domínio aponta para cá'),
    todo: both(
      "set the domain's A (and AAAA) record to this server's address; remove an AAAA record that leads elsewhere",
      'aponte o registro A (e AAAA) do domínio para o endereço deste servidor; remova um AAAA que leve a outro lugar',
    ),
    runbook: 'certificate',
  },
  'network.certificate': {
    title: both('the certificate is valid', 'o certificado é válido'),
    todo: both(
      'certbot renew, then nginx -s reload (compose: docker compose restart certbot)',
      'certbot renew e depois nginx -s reload (compose: docker compose restart certbot)',
    ),
    runbook: 'certificate',
  },
  'network.public_url': {
    title: both('people reach Atende at PUBLIC_URL', 'as pessoas alcançam o Atende em PUBLIC_URL'),
    todo: both(
      'look at nginx (nginx -t, systemctl status nginx), the firewall (ports 80, 443) and the domain',
      'veja o nginx (nginx -t, systemctl status nginx), o firewall (portas 80, 443) e o domínio',
    ),
    runbook: 'start',
  },
  'network.webhook': {
    title: both('WhatsApp reaches the webhook', 'o WhatsApp alcança o webhook'),
    todo: both(
      'the proxy must pass /webhooks/whatsapp to Atende unchanged; nothing in front (CDN, WAF) may ask for a login',
      'o proxy deve passar /webhooks/whatsapp ao Atende sem mudanças; nada na frente (CDN, WAF) pode pedir login',
    ),
    runbook: 'webhook',
  },
  'network.clock': {
    title: both('clocks agree', 'relógios de acordo'),
    todo: both('timedatectl set-ntp true (install systemd-timesyncd or chrony)', 'timedatectl set-ntp true (instale systemd-timesyncd ou chrony)'),
    runbook: 'start',
  },
  'network.closed_ports': {
    title: both('inner ports are closed to the outside', 'portas internas fechadas para fora'),
    todo: both(
      'bind them to 127.0.0.1 (listen_addresses, bind, HOST; Prometheus and its like: --web.listen-address in /etc/default), and close them in the firewall',
      'deixe-as só em 127.0.0.1 (listen_addresses, bind, HOST; Prometheus e afins: --web.listen-address em /etc/default) e feche-as no firewall',
    ),
    runbook: 'personal-data-incident',
  },
  'network.own_ports': {
    title: both('nothing else is given the ports of Atende', 'ninguém mais recebe as portas do Atende'),
    todo: both(
      'keep them free: net.ipv4.ip_local_reserved_ports in /etc/sysctl.d, then sysctl --system',
      'reserve-as: net.ipv4.ip_local_reserved_ports em /etc/sysctl.d e depois sysctl --system',
    ),
    runbook: 'start',
  },
  'network.open_ports': {
    title: both('port 80 is open (renewal of the certificate)', 'porta 80 aberta (renovação do certificado)'),
    todo: both('open ports 80 and 443: ufw allow 80,443/tcp', 'abra as portas 80 e 443: ufw allow 80,443/tcp'),
    runbook: 'certificate',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const ANSWER_MS = 5000
const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

async function checkDns(env: DoctorEnv, url: URL, whose: Whose): Promise<Finding<Id>[]> {
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map((a) => a.address) ?? [])
  const said = env.hostAddress(url.hostname)
  let found: string[]
  try {
    found = said ? [said] : (await within(ANSWER_MS, lookup(url.hostname, { all: true }))).map((a) => a.address)
  } catch (e) {
    return [bad('network.dns', `${url.hostname} has no address: ${reasonOf(e)}`, `${url.hostname} não tem endereço: ${reasonOf(e)}`)]
  }
  const strange = found.filter((a) => !own.includes(a))
  const there = `${url.hostname} → ${found.join(', ')}`
  if (whose === 'stranger') return [bad('network.dns', `${there}: another Atende answers there`, `${there}: lá responde outro Atende`)]
  if (strange.length === 0) return [ok('network.dns', there, there)]
  // Behind the address translation of a cloud, the machine does not know its own public address; inside a container, neither.
  if (whose === 'ours' && strange.length === found.length)
    return [ok('network.dns', `${there}: this Atende answers there`, `${there}: lá responde este Atende`)]
  const inner =
    strange.length === found.length && (env.container || !own.some((a) => a.includes('.') && !/^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(a)))
  if (inner)
    return [
      skipped(
        'network.dns',
        `${there}; this machine has inner addresses only, and whose server answers could not be seen`,
        `${there}; esta máquina só tem endereços internos, e não deu para ver de quem é o servidor que responde`,
      ),
    ]
  const mine = own.join(', ')
  return [warn('network.dns', `${there}; addresses of this machine: ${mine}`, `${there}; endereços desta máquina: ${mine}`)]
}

/** What visitors get, wherever CERTIFICATE_FILE lies. */
async function checkCertificate(env: DoctorEnv, url: URL): Promise<Finding<Id>[]> {
  const look = await certificateDays({ ...env.config, CERTIFICATE_FILE: undefined })
  if (!look) return []
  if ('error' in look) return [bad('network.certificate', `no TLS at ${url.host}: ${look.error}`, `sem TLS em ${url.host}: ${look.error}`)]
  const { days, names, distrust } = look
  const left = [`${days} days left`, `faltam ${days} dias`] as const
  if (days < 0) return [bad('network.certificate', `expired ${-days} days ago`, `venceu há ${-days} dias`)]
  if (distrust === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [bad('network.certificate', `it is for ${names}, not for ${url.hostname}`, `é de ${names}, não de ${url.hostname}`)]
  if (distrust) return [bad('network.certificate', `nobody trusts it: ${distrust}; ${left[0]}`, `ninguém confia nele: ${distrust}; ${left[1]}`)]
  return [(days < 7 ? bad : days < 21 ? warn : ok)('network.certificate', left[0], left[1])]
}

const HOOK = '/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=atende-doctor'
async function checkHook(env: DoctorEnv, base: string): Promise<Finding<Id>> {
  const hook = await env.outgoing.fetch(`${base}${HOOK}`, { timeoutMs: ANSWER_MS })
  const refused = hook.status === 403 && (await hook.text()).includes('verification_refused')
  return refused
    ? ok('network.webhook', 'a wrong token is refused by Atende itself', 'um token errado é recusado pelo próprio Atende')
    : bad('network.webhook', `a wrong token is answered ${hook.status}, not by Atende`, `um token errado recebe ${hook.status}, e não do Atende`)
}

/** `seen`: who answers at PUBLIC_URL, or why nobody does. */
async function checkPublic(env: DoctorEnv, base: string, seen: Answerer | Error): Promise<Finding<Id>[]> {
  const unseen = (why: Both) => skipped<Id>('network.webhook', why.en, why.pt)
  if (seen instanceof Error) {
    const why = reasonOf(seen)
    return [
      bad('network.public_url', `${base} is not reached: ${why}`, `${base} não responde: ${why}`),
      unseen(both('PUBLIC_URL is not reached', 'PUBLIC_URL não responde')),
    ]
  }
  if (!seen.alive)
    return [
      bad('network.public_url', `${base}/alive answers ${seen.status}, not as Atende does`, `${base}/alive responde ${seen.status}, não como o Atende`),
      unseen(both('something else answers', 'outra coisa responde')),
    ]
  if (seen.whose === 'stranger') {
    const todo = both(
      "another server still has the domain: set its A (and AAAA) record to this server's address, then stop the old one",
      'outro servidor ainda tem o domínio: aponte o registro A (e AAAA) para este servidor e depois pare o antigo',
    )
    const message = both(`${base} is answered by another Atende, not by this one`, `${base} é respondido por outro Atende, não por este`)
    return [judge('network.public_url', 'fail', message, { todo }), unseen(both('another Atende answers', 'outro Atende responde'))]
  }
  const whose = seen.whose === 'ours' ? both('', '') : both('; whether it is this one could not be seen', '; não deu para ver se é este')
  const hook = await checkHook(env, base).catch((e: unknown) => bad<Id>('network.webhook', reasonOf(e), reasonOf(e)))
  return [ok('network.public_url', `${base}${whose.en}`, `${base}${whose.pt}`), hook]
}

async function checkOpen(env: DoctorEnv, url: URL): Promise<Finding<Id>[]> {
  if (url.protocol !== 'https:' || portOf(url) !== 443) return []
  return opens(env.hostAddress(url.hostname) ?? url.hostname, 80).then(
    () => [ok('network.open_ports', '80', '80')],
    (e: unknown) => [warn('network.open_ports', `port 80: ${reasonOf(e)}`, `porta 80: ${reasonOf(e)}`)],
  )
}

export const networkChecks = family(texts, async (env) => {
  const url = env.publicUrl
  const base = (env.config.PUBLIC_URL ?? env.serverUrl)?.replace(/\/+$/, '')
  const seen = base === undefined ? undefined : await whoAnswers(env, base).catch((e: unknown) => (e instanceof Error ? e : new Error(String(e))))
  const whose = seen === undefined || seen instanceof Error ? 'unknown' : seen.whose
  const named = url ? [checkDns(env, url, whose), checkCertificate(env, url), checkOpen(env, url)] : []
  const date = url && seen && !(seen instanceof Error) ? seen.date : null
  return (
    await Promise.all([
      ...named,
      ...(base && seen ? [checkPublic(env, base, seen)] : []),
      checkClock(env, date),
      checkPorts(env, whose === 'ours' ? url : undefined),
      checkOwnPorts(env),
    ])
  ).flat()
})
