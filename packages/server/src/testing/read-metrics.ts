/** What /metrics of a server says. @throws when it is refused */
export async function readMetrics(server: { port: number }): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`)
  return answer.text()
}

/** The value of one series; the labels must be all of them. NaN when it is not there. */
export function seriesValue(metrics: string, name: string, labels: Record<string, string> = {}): number {
  for (const line of metrics.split('\n')) {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (parts?.[1] !== name) continue
    const here = Object.fromEntries([...(parts[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]))
    if (Object.keys(here).length === Object.keys(labels).length && Object.entries(labels).every(([k, v]) => here[k] === v)) return Number(parts[3])
  }
  return Number.NaN
}
