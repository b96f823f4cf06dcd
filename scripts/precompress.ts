/**
 * `node scripts/precompress.ts packages/web/dist`: a `.br` and a `.gz` beside each file of the built web client that gains by it. The
 * server sends them as they are; nothing is compressed while somebody waits.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const WORTH_IT = /\.(js|css|svg|json|webmanifest|txt|wasm)$/
/** Below this, the headers weigh more than what is saved. */
const LEAST = 1024

const folder = path.resolve(process.argv[2] ?? 'packages/web/dist')
const totals = { plain: 0, br: 0, gz: 0, files: 0 }
for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!WORTH_IT.test(entry)) continue
  const file = path.join(folder, entry)
  const plain = readFileSync(file)
  if (plain.byteLength < LEAST) continue
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.byteLength } })
  const gz = gzipSync(plain, { level: 9 })
  if (br.byteLength >= plain.byteLength) continue
  writeFileSync(`${file}.br`, br)
  writeFileSync(`${file}.gz`, gz)
  totals.plain += plain.byteLength
  totals.br += br.byteLength
  totals.gz += gz.byteLength
  totals.files++
}
const kb = (bytes: number) => `${Math.round(bytes / 1024)} kB`
console.log(`${totals.files} files: ${kb(totals.plain)} plain, ${kb(totals.gz)} gzip, ${kb(totals.br)} brotli`)
