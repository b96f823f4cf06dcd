#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { DEFAULT_NUMBER } from './default-number.ts'
import { type Emulator, startEmulator } from './emulator.ts'

const HELP = `whatsapp-emulator: imitates the WhatsApp Cloud API and its webhooks

  --port <n>            port (default 4001)
  --host <address>      address to listen on (default 127.0.0.1)
  --callback-url <url>  webhook of the default number
  --verify-token <text> verify token for the handshake
  --app-secret <text>   key of the webhook signature (default ${DEFAULT_NUMBER.appSecret})
  --access-token <text> token of the default number (default ${DEFAULT_NUMBER.accessToken})
  --business-name <t>   name of the default number
  --state-file <path>   keep chats and numbers over a restart
  --limits              apply Meta's rate limits
  --allow-remote-control  let other machines use the control API and the phone page
  --help                this text`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4001' },
    host: { type: 'string' },
    'callback-url': { type: 'string' },
    'verify-token': { type: 'string', default: DEFAULT_NUMBER.verifyToken },
    'app-secret': { type: 'string' },
    'access-token': { type: 'string' },
    'business-name': { type: 'string' },
    'state-file': { type: 'string' },
    limits: { type: 'boolean' },
    'allow-remote-control': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

const HANDSHAKE_GAP_MS = 3_000

/** The receiver may start later than the emulator: the handshake is tried until it passes. */
async function configureWebhook(emulator: Emulator, callbackUrl: string, verifyToken: string): Promise<void> {
  let told = ''
  for (;;) {
    try {
      await emulator.control.setWebhook(DEFAULT_NUMBER.phoneNumberId, { callbackUrl, verifyToken })
      console.log(`Webhook ${callbackUrl} passed the handshake.`)
      return
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (reason !== told) console.error(`Webhook not configured yet: ${reason}. Trying again every ${HANDSHAKE_GAP_MS / 1000} s.`)
      told = reason
      await new Promise((resolve) => setTimeout(resolve, HANDSHAKE_GAP_MS))
    }
  }
}

if (values.help) console.log(HELP)
else {
  const emulator = await startEmulator({
    port: Number(values.port),
    host: values.host,
    appSecret: values['app-secret'],
    accessToken: values['access-token'],
    businessName: values['business-name'],
    stateFile: values['state-file'],
    limits: values.limits,
    allowRemoteControl: values['allow-remote-control'],
  })
  const { defaults } = emulator
  console.log(`Phones            ${emulator.phoneUrl}
Graph API         ${emulator.graphUrl}/v26.0
Phone number id   ${defaults.phoneNumberId}  (${defaults.displayPhoneNumber})
WABA id           ${defaults.wabaId}
Access token      ${defaults.accessToken}
App secret        ${defaults.appSecret}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.stop().then(() => process.exit(0)))
  if (values['callback-url']) await configureWebhook(emulator, values['callback-url'], values['verify-token'])
}
