import { collectDefaultMetrics } from 'prom-client'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { certificateFigures, publicAddress } from './certificate.ts'
import { type Collector, createCollection, type MetricParts } from './collectors.ts'
import { databaseFigures, databaseState, poolFigures, tableFigures } from './database-figures.ts'
import { registryOf } from './figure.ts'
import { measureRequests } from './http-figures.ts'
import { machineFigures, partFigures, storageState } from './machine-figures.ts'
import { metricsReader } from './may-read.ts'
import { backlogs, jobFigures, serverFigures, socketFigures, storageFigures, tenantFigures } from './product-figures.ts'
import { runFigures } from './run-figures.ts'

const COLLECTORS: readonly Collector[] = [
  ...[partFigures, socketFigures, machineFigures, storageState, certificateFigures, publicAddress],
  ...[poolFigures, databaseState, databaseFigures, tableFigures],
  ...[backlogs, jobFigures, serverFigures, tenantFigures, storageFigures, runFigures],
]

/**
 * What Prometheus reads of this process. Every label has a bounded number of values: patterns of routes, names of queues and tables,
 * closed lists, and ids of at most METRICS_TENANTS companies; never a person, a name, an address or an id of anything else.
 */
export function metricsRoutes(app: Http, ctx: Context, parts: MetricParts): void {
  const { registry } = ctx.counters
  collectDefaultMetrics({ register: registry, prefix: 'atende_' })
  measureRequests(app, ctx)
  const mayRead = metricsReader(ctx.config)
  const collect = createCollection(ctx, parts, COLLECTORS)

  let asked: Promise<string> | undefined
  const scrape = async (): Promise<string> => {
    const figures = registryOf(await collect())
    return `${await registry.metrics()}\n${await figures.metrics()}\n`
  }

  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    if (!mayRead(request)) throw notFound()
    // Who asks at the same moment gets the same answer.
    asked ??= scrape().finally(() => {
      asked = undefined
    })
    return reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .serializer(String)
      .send(await asked)
  })
}
