import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Config } from '../../platform/config.ts'
import type { Collector } from './collectors.ts'
import { gauge } from './figure.ts'

const ANSWER_MS = 5_000
const HOUR = 3600_000

/** Asks our own public address for its certificate; an expired or foreign one is looked at as well, that is the point. */
const probe = (url: URL): Promise<Date> =>
  new Promise((done, failed) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false, ...name })
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer in time')))
    socket.once('error', failed)
    socket.once('secureConnect', () => {
      const end = socket.getPeerX509Certificate()?.validTo
      socket.destroy()
      if (end) done(new Date(end))
      else failed(new Error('no certificate'))
    })
  })

/** When the certificate that people see ends; undefined when there is none to look at. @throws when it cannot be looked at */
export async function certificateEnd(config: Pick<Config, 'CERTIFICATE_FILE' | 'PUBLIC_URL'>): Promise<Date | undefined> {
  if (config.CERTIFICATE_FILE) return new Date(new X509Certificate(await readFile(config.CERTIFICATE_FILE)).validTo)
  const url = config.PUBLIC_URL ? new URL(config.PUBLIC_URL) : undefined
  return url?.protocol === 'https:' ? probe(url) : undefined
}

export const certificateFigures: Collector = {
  name: 'certificate',
  everyMs: HOUR,
  collect: async (ctx) => [gauge('certificate_expiry_timestamp_seconds', 'When the certificate of the public address ends.', await certificateEnd(ctx.config))],
}
