import type { Config } from '../../platform/config.ts'

/** Names of settings that hold secrets, or an address that holds a password. */
const SECRET = /KEY|PASSWORD|SECRET|TOKEN|_URL$|SMTP_USER|SUPER_ADMIN|DSN/
const PUBLIC = new Set(['PUBLIC_URL', 'FRONTEND_URL', 'GRAPH_URL', 'EMULATOR_URL'])

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

/** The settings without secrets, in the form of an environment file. */
export function settingsText(config: Config): string {
  const lines = Object.entries(config)
    .filter(([name, value]) => /^[A-Z]/.test(name) && value !== undefined && (PUBLIC.has(name) || !SECRET.test(name)))
    .map(([name, value]) => `${name}=${textOf(value).replaceAll('\n', ' ')}`)
  return `# Settings as they were; secrets are not among them.\n${lines.toSorted().join('\n')}\n`
}
