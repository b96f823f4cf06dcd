/**
 * `npm run bench:update`: a running server is updated, taken back from a version that turns ill, and rolled back, under steady load through a
 * real nginx. Prints what requests and sockets noticed. Needs nginx.
 */
import { updateUnderLoad, withOwnDatabase } from '../scripts/deploy/steps/update.ts'

const figures = await withOwnDatabase((database) =>
  updateUnderLoad({
    database,
    rates: { webhooks: 30, reads: 15, sends: 5, sockets: 50 },
    watch: 10,
    canary: 20,
    worse: true,
    say: (line) => console.log(line),
  }),
)
console.log(JSON.stringify(figures, null, 2))
const { messages, sockets } = figures
const failed = [figures.before, figures.update, figures.refused, figures.rollback].flatMap((p) => p?.failed ?? [])
const wrong = failed.length + messages.lost + messages.doubled + messages.unsent + messages.sentTwice + sockets.missed
console.log(wrong === 0 ? 'no request failed, no message was lost or doubled, every socket got every event' : `${wrong} things went wrong`)
process.exit(wrong === 0 ? 0 : 1)
