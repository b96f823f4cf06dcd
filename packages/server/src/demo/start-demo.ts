import path from 'node:path'
import { styleText } from 'node:util'
import pg from 'pg'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { secretPlace } from '../features/channels/channels.ts'
import { testStored } from '../features/channels/connect-channel.ts'
import { createTemplate } from '../features/channels/whatsapp-cloud/templates/create-template.ts'
import { planTemplateSync } from '../features/channels/whatsapp-cloud/templates/sync-templates.ts'
import { type Server, startServer } from '../main.ts'
import { type Config, loadConfig } from '../platform/config.ts'
import { requireNoService } from '../platform/embedded-lock.ts'
import { findHome } from '../platform/home.ts'
import { type Installation, openInstallation } from '../platform/installation.ts'
import { freePort } from '../platform/ports.ts'
import { requireAlone } from '../platform/running-file.ts'
import { openSecretOf } from '../platform/vault/tenant-secret.ts'
import { buildWeb } from './build-web.ts'
import { DEMO, PAST } from './demo-data.ts'
import { DEMO_TEMPLATES } from './demo-templates.ts'
import { seedDemo } from './seed-demo.ts'

const EMULATOR_PORT = 3100

export type Demo = { server: Server; emulator: Emulator; stop: () => Promise<void> }

/** The emulator's address may change between starts: the channels that use it follow. Answers their numbers and verify tokens. */
async function moveEmulatorChannels(installation: Installation, url: string): Promise<{ phoneNumberId: string; verifyToken: string }[]> {
  const c = new pg.Client({ connectionString: installation.ownerUrl })
  await c.connect()
  try {
    const { rows } = await c.query<{ id: string; tenant_id: string; phone_number_id: string; verify_token_enc: Buffer }>(
      'update channels set graph_url = $1 where emulator_since is not null and released_at is null returning id, tenant_id, phone_number_id, verify_token_enc',
      [url],
    )
    const out = []
    for (const r of rows) {
      const verifyToken = await openSecretOf(installation.db, r.tenant_id, secretPlace('verify_token', r.id), r.verify_token_enc)
      if (verifyToken !== undefined) out.push({ phoneNumberId: r.phone_number_id, verifyToken })
    }
    return out
  } finally {
    await c.end()
  }
}

/** The emulator forgets nothing but where we are now. A number it does not know (its file was deleted) is left alone. */
async function reconnectEmulator(server: Server, emulator: Emulator): Promise<void> {
  for (const { phoneNumberId, verifyToken } of await moveEmulatorChannels(server.installation, emulator.graphUrl)) {
    const settings = { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken }
    await emulator.control.setWebhook(phoneNumberId, settings).catch((err: unknown) => server.ctx.log.warn({ err }, 'demo: emulator number not reconnected'))
  }
}

/** People of the demo's past who wrote today exist in the emulator too, so that answering them works. */
function introducePast(emulator: Emulator): void {
  for (const past of PAST) {
    const last = past.lines.findLast((l) => l.from === 'customer')
    if (!last || last.ago > 23 * 60) continue
    emulator.control.createCustomer({ name: past.name, phone: `+${past.phone}`, onDesk: false })
    emulator.control.setWindow(past.phone, true)
  }
}

/** Made as an admin would: the emulator reviews them and tells the verdict by its webhooks. */
async function makeTemplates({ ctx }: Server, { tenantId, channelId }: { tenantId: string; channelId: string }): Promise<void> {
  for (const template of DEMO_TEMPLATES) {
    await createTemplate(ctx, tenantId, { ...template, channelId }, async () => {}).catch((err: unknown) =>
      ctx.log.warn({ err, template: template.name }, 'demo: template not made'),
    )
  }
  await planTemplateSync(ctx, { tenantId, channelId })
}

/** Everything on one machine, with invented data: embedded PostgreSQL, server, emulator. */
export async function startDemo(began = performance.now(), quiet = false): Promise<Demo> {
  await requireAlone(findHome(loadConfig().DATA_DIR))
  await requireNoService(loadConfig(), findHome(loadConfig().DATA_DIR))
  const emulatorPort = await freePort(EMULATOR_PORT)
  const config = loadConfig({ PORT_SEARCH: 'true', EMULATOR_URL: `http://127.0.0.1:${emulatorPort}` }, { LOG_LEVEL: 'warn', NODE_ENV: 'development' })
  const [opened, web] = await Promise.allSettled([openInstallation(config), buildWeb()])
  if (opened.status === 'rejected') throw opened.reason
  const installation = opened.value
  try {
    if (web.status === 'rejected') throw web.reason
    return await startParts({ config, installation, emulatorPort, began, quiet, built: web.value })
  } catch (e) {
    // A start that failed leaves nothing running behind.
    await installation.close({ alsoAdopted: true })
    throw e
  }
}

type Parts = { config: Config; installation: Installation; emulatorPort: number; began: number; quiet: boolean; built: boolean }

async function startParts({ config, installation, emulatorPort, began, quiet, built }: Parts): Promise<Demo> {
  const emulator = await startEmulator({
    port: emulatorPort,
    stateFile: path.join(installation.home, 'emulator.jsonl'),
    businessName: DEMO.tenant.name,
    quiet: true,
  })
  const server = await startServer(config, installation)
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const fresh = await seedDemo(server.ctx, { phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl })
  await reconnectEmulator(server, emulator)
  if (fresh) {
    introducePast(emulator)
    await testStored(server.ctx, fresh.tenantId, fresh.channelId)
    await makeTemplates(server, fresh)
  }
  if (!quiet) printWelcome({ server, emulator, wantedPort: config.PORT, seconds: (performance.now() - began) / 1000, built })
  return {
    server,
    emulator,
    async stop() {
      await server.stop()
      await emulator.stop()
      await installation.close({ alsoAdopted: true })
    },
  }
}

function printWelcome(d: { server: Server; emulator: Emulator; wantedPort: number; seconds: number; built: boolean }): void {
  const label = (s: string) => styleText('dim', s.padEnd(12))
  const link = (s: string) => styleText(['bold', 'cyan'], s)
  const notes = [
    d.server.port !== d.wantedPort ? `A porta ${d.wantedPort} estava ocupada; usando a ${d.server.port}.` : '',
    new URL(d.emulator.url).port !== String(EMULATOR_PORT) ? `A porta ${EMULATOR_PORT} estava ocupada; o telefone usa a ${new URL(d.emulator.url).port}.` : '',
  ].filter(Boolean)
  console.log(
    [
      '',
      `  ${styleText(['bold', 'green'], 'Atende')} ${styleText('dim', `pronto em ${d.seconds.toFixed(1).replace('.', ',')} s${d.built ? ' (com a interface montada agora)' : ''}`)}`,
      '',
      `  ${label('Atendimento')} ${link(d.server.url)}`,
      `  ${label('Telefone')} ${link(d.emulator.phoneUrl)}`,
      '',
      `  ${label('Entrar com')} ${DEMO.owner.email} ${styleText('dim', '(proprietária)')}`,
      `  ${label('')} ${DEMO.attendants[0].email} ${styleText('dim', 'ou')} ${DEMO.attendants[1].email} ${styleText('dim', '(atendentes)')}`,
      `  ${label('Senha')} ${DEMO.password}`,
      `  ${label('Dados em')} ${styleText('dim', d.server.installation.home)}`,
      '',
      ...notes.map((n) => `  ${styleText('yellow', n)}`),
      ...(notes.length > 0 ? [''] : []),
      `  ${styleText('dim', 'Escreva no telefone e veja chegar no atendimento. Ctrl+C encerra tudo.')}`,
      '',
    ].join('\n'),
  )
}
