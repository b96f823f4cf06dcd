import { z } from 'zod'

const list = z.string().transform((v) =>
  v
    .split(',')
    .map((x) => x.trim())
    .filter(Boolean),
)

/** What machines may read of the server, and where its errors and traces go. */
export const metricsSettings = {
  /** Networks beside this machine that may read /metrics directly: addresses, ranges, or `loopback`, `linklocal`, `uniquelocal`. */
  METRICS_ALLOW: list.default([]),
  /** Whoever sends it as bearer may read /metrics from anywhere, also through a proxy. */
  METRICS_TOKEN: z.string().min(16, 'must have 16 characters or more').optional(),
  /** `off`, or of how many companies (those with the most) figures of their own are told, by their id. */
  METRICS_TENANTS: z.union([z.literal('off').transform(() => 0), z.coerce.number().int().min(0).max(500)]).default(20),
  /** The certificate that people see, when it can be read here; otherwise PUBLIC_URL is asked for it. */
  CERTIFICATE_FILE: z.string().optional(),
  /** Errors go to this Sentry (or what speaks like it) when it is set. */
  SENTRY_DSN: z.url({ protocol: /^https?$/ }).optional(),
  SENTRY_ENVIRONMENT: z.string().max(60).default('production'),
  /** Traces go to this OpenTelemetry collector (OTLP over HTTP) when it is set. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SERVICE_NAME: z.string().max(60).default('atende'),
  /** Share of the requests that are traced. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
}
