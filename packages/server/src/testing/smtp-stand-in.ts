import { SMTPServer } from 'smtp-server'

type Received = { from: string; to: string[]; raw: string }
/** A mailbox on loopback that speaks SMTP, without encryption; the first few mails are refused for the moment. `login`: it takes passwords. */
export async function startSmtpStandIn({ refuseFirst, login = false }: { refuseFirst: number; login?: boolean }) {
  const received: Received[] = []
  const passwords: string[] = []
  let refused = 0
  const smtp = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: login,
    authOptional: true,
    onAuth(auth, _session, done) {
      passwords.push(auth.password ?? '')
      done(null, { user: auth.username })
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (refused < refuseFirst) {
          refused++
          done(Object.assign(new Error('later'), { responseCode: 451 }))
          return
        }
        const { mailFrom, rcptTo } = session.envelope
        received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((r) => r.address), raw: Buffer.concat(parts).toString('utf8') })
        done()
      })
    },
  })
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready))
  const address = smtp.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { received, passwords, port, stop: () => new Promise<void>((done) => smtp.close(done)) }
}
