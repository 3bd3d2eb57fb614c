// Rarely used exporters. The image has them in a separate file that is loaded only if an OTEL_* variable names one of
// these exporters.
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
export { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
export { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
export { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
