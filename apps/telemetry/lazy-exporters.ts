// The exporters that hardly anybody asks for: a file of its own in the image, read when one of them is wanted.
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
export { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
export { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
export { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
export { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
