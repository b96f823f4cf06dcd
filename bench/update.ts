/**
 * `npm run bench:update`: a running server is updated, taken back from a version that turns ill, rolled back, and updated again by a script
 * that is killed in the middle and goes on, under steady load through a real nginx. Prints what requests and sockets noticed, and keeps it.
 * Needs nginx; takes three minutes.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { updateUnderLoad } from '../scripts/deploy/steps/update.ts'

const { figures, lines } = await updateUnderLoad((said) => console.log(said))
for (const line of lines) console.log(line)
const result = { at: new Date().toISOString(), node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, ...figures }
writeFileSync(path.join(import.meta.dirname, 'results/update.json'), `${JSON.stringify(result, null, 2)}\n`)
