/**
 * `npm run bench:update`: a running server is updated, taken back from a version that turns ill, and rolled back, under steady load through a
 * real nginx. Prints what requests and sockets noticed. Needs nginx.
 */
import { updateUnderLoad } from '../scripts/deploy/steps/update.ts'

for (const line of await updateUnderLoad((said) => console.log(said))) console.log(line)
