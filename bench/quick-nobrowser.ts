import { flood, percentile, steady } from './lib/load.ts'
import { startRig, untilDrained } from './lib/rig.ts'
const rig = await startRig()
console.log('idle', rig.usage())
await flood(rig.target, 'w', 16, 3); await untilDrained(rig)
for (const [n, f] of [['f16', () => flood(rig.target, 'a', 16, 5)], ['f64', () => flood(rig.target, 'b', 64, 5)], ['200', () => steady(rig.target, 'c', 200, 8)], ['1000', () => steady(rig.target, 'd', 1000, 20)]] as const) {
  const b = rig.usage(); const s0 = await rig.stored(); const t = performance.now()
  const r = await f(); const load = (performance.now() - t) / 1000
  const w = await rig.waiting(); const d = await untilDrained(rig); const sec = (performance.now() - t) / 1000
  const u = rig.usage()
  console.log(n, { acc: Math.round(r.accepted.length / load), refused: r.refused, p50: percentile(r.latencies, 50), p95: percentile(r.latencies, 95), p99: percentile(r.latencies, 99), stored: Math.round((await rig.stored() - s0) / sec), backlog: w, drain: d, cpu: Math.round((u.cpu - b.cpu) / sec * 100), peak: u.peak, rss: u.rss, ...(await rig.check(r.accepted)) })
}
await rig.close()
