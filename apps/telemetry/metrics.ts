// Prints metrics on the console at the configured interval. The SDK's own console reader ignores
// OTEL_METRIC_EXPORT_INTERVAL and prints once a minute.
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { IMetricReader, PushMetricExporter } from '@opentelemetry/sdk-metrics';

/**
 * Returns the SDK's option `metricReaders` if OTEL_METRICS_EXPORTER contains `console`. The option then has a reader
 * for each exporter in the variable. Without `console`, returns no option, and the SDK reads the variable itself.
 */
export function consoleMetrics(env: NodeJS.ProcessEnv): { metricReaders?: IMetricReader[] } {
  const names = (env.OTEL_METRICS_EXPORTER ?? '').split(',').map((name) => name.trim());
  if (!names.includes('console') || names.includes('none')) return {};
  const exportIntervalMillis = Number(env.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000);
  const exportTimeoutMillis = Math.min(Number(env.OTEL_METRIC_EXPORT_TIMEOUT ?? 30_000), exportIntervalMillis);
  const every = (exporter: PushMetricExporter) =>
    new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });

  const metricReaders: IMetricReader[] = [every(new ConsoleMetricExporter())];
  if (names.includes('otlp'))
    metricReaders.push(every(otlpExporter(env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL)));
  if (names.includes('prometheus')) metricReaders.push(new PrometheusExporter(prometheus(env)));
  return { metricReaders };
}

function prometheus({ OTEL_EXPORTER_PROMETHEUS_HOST: host, OTEL_EXPORTER_PROMETHEUS_PORT: port }: NodeJS.ProcessEnv): {
  host?: string;
  port?: number;
} {
  return { ...(host ? { host } : {}), ...(port ? { port: Number(port) } : {}) };
}

function otlpExporter(protocol: string | undefined): PushMetricExporter {
  if (protocol === 'grpc') return new GrpcExporter();
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}
