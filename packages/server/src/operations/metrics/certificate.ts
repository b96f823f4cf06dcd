import { certificateDays } from '../probe/certificate-days.ts'
import type { Collector } from './collectors.ts'
import { gauge } from './figure.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Nothing where people come by http. @throws when the certificate cannot be looked at */
export const certificateFigures: Collector = {
  name: 'certificate',
  everyMs: HOUR,
  async collect(ctx) {
    const look = await certificateDays(ctx.config)
    if (look && 'error' in look) throw new Error(`the certificate cannot be read (${look.error})`)
    return [gauge('certificate_expiry_timestamp_seconds', 'When the certificate of the public address ends.', look?.notAfter)]
  },
}

/** Nothing where people come by http, or where CERTIFICATE_FILE says that the address is not to be looked at from here. */
export const publicAddress: Collector = {
  name: 'public_address',
  everyMs: MINUTE,
  async collect(ctx) {
    const look = await certificateDays(ctx.config)
    return [gauge('public_address_up', 'Whether the public address answers this server.', look?.from === 'address' ? !('error' in look) : null)]
  },
}
