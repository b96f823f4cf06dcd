import { certificateDays } from '../probe/certificate-days.ts'
import type { Collector } from './collectors.ts'
import { gauge } from './figure.ts'

const HOUR = 3600_000

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
