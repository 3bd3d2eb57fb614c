// Exporters that are rarely used. They are a separate file in the image, which is loaded only when one is needed.
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
export { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
export { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
export { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
