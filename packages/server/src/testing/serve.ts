import { startServer } from '../main.ts'
import { loadConfig } from '../platform/config.ts'

/** A server as a process of its own, for tests that kill it and benches that measure it. Says where it listens on stdout, as JSON. */
const server = await startServer(loadConfig({ PORT_SEARCH: 'true' }, { LOG_LEVEL: 'warn' }))
const { ownerUrl, appUrl } = server.installation
process.stdout.write(`${JSON.stringify({ url: server.url, ownerUrl, appUrl, pid: process.pid })}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop().then(() => process.exit(0)))
