import type { IncomingMessage } from 'node:http'
import { register } from 'node:module'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { type Config, VERSION } from '../../platform/config.ts'
import { withoutPeople } from './plain-spans.ts'

/** What machines ask all day long. */
const QUIET = /^\/(metrics|health|ready|alive)(\?|$)/

/**
 * Traces of requests and of what they ask the database. To be called before anything loads http or pg. No trace goes on to other
 * servers, and none is taken over from callers: nothing here sets a propagator.
 */
export async function startTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME' | 'OTEL_TRACES_SAMPLER_ARG' | 'ROLE'>,
): Promise<() => Promise<void>> {
  const endpoint = String(config.OTEL_EXPORTER_OTLP_ENDPOINT).replace(/\/+$/, '')
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  const exporter = withoutPeople(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))
  const provider = new TracerProvider({
    // Only what is said here: detectors would add the machine's name and its programs.
    resource: resourceFromAttributes({ 'service.name': config.OTEL_SERVICE_NAME, 'service.version': VERSION, 'service.instance.role': config.ROLE }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: (request: IncomingMessage) => QUIET.test(request.url ?? '') }),
      // The polls of the background are no part of a request.
      new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false }),
    ],
  })
  return () => provider.shutdown()
}
