import { type Attributes, SpanKind } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/** What a span may say. Everything else stays here: addresses with their ids and questions, who called, what an error quotes. */
const KEPT = new Set([
  ...['http.method', 'http.request.method', 'http.status_code', 'http.response.status_code', 'http.route', 'http.scheme', 'url.scheme', 'http.flavor'],
  ...['network.protocol.version', 'error.type', 'db.system', 'db.system.name', 'db.statement', 'db.query.text', 'db.operation', 'db.operation.name'],
])
/** Which outside server was asked; of a request to us these would be the caller's. */
const OF_CALLS = new Set(['server.address', 'server.port', 'net.peer.name', 'net.peer.port', 'http.host'])

/** Values travel beside a statement, never in it; should one stand in it, it is taken out. */
const withoutValues = (statement: string): string => statement.replace(/'(?:[^']|'')*'/g, "'?'").slice(0, 2000)

export function keptAttributes(kind: SpanKind, attributes: Attributes): Attributes {
  const kept: Attributes = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (!KEPT.has(name) && !(kind === SpanKind.CLIENT && OF_CALLS.has(name))) continue
    kept[name] = name.startsWith('db.') && typeof value === 'string' ? withoutValues(value) : value
  }
  return kept
}

const plain = (span: ReadableSpan): ReadableSpan => ({
  name: span.name,
  kind: span.kind,
  spanContext: () => span.spanContext(),
  ...(span.parentSpanContext ? { parentSpanContext: span.parentSpanContext } : {}),
  startTime: span.startTime,
  endTime: span.endTime,
  // Its message and the events of a span quote errors.
  status: { code: span.status.code },
  attributes: keptAttributes(span.kind, span.attributes),
  links: [],
  events: [],
  duration: span.duration,
  ended: span.ended,
  resource: span.resource,
  instrumentationScope: span.instrumentationScope,
  droppedAttributesCount: span.droppedAttributesCount,
  droppedEventsCount: span.droppedEventsCount,
  droppedLinksCount: span.droppedLinksCount,
})

/** An exporter that gets spans without anything about people. */
export const withoutPeople = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(plain), done),
  shutdown: () => exporter.shutdown(),
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
})
