// Replaces exporters of the SDK that few people use and that cost memory in every process. A class of the same name
// loads the real exporter (apps/telemetry/lazy-exporters.ts) on its first use.
import type { Plugin } from 'esbuild';

/** The packages to replace, each with the class that the SDK imports from it. */
const exporters: Record<string, string> = {
  '@opentelemetry/exporter-trace-otlp-grpc': 'OTLPTraceExporter',
  '@opentelemetry/exporter-metrics-otlp-grpc': 'OTLPMetricExporter',
  '@opentelemetry/exporter-logs-otlp-grpc': 'OTLPLogExporter',
  '@opentelemetry/exporter-zipkin': 'ZipkinExporter',
  '@opentelemetry/exporter-prometheus': 'PrometheusExporter',
};

/**
 * The esbuild plugin that replaces the packages of these exporters. The replacements call `require`, which the first
 * lines of the bundle define.
 */
export const loadLazily: Plugin = {
  name: 'load-lazily',
  setup(build) {
    build.onResolve({ filter: /^@opentelemetry\/exporter-/ }, ({ path }) =>
      exporters[path] ? { path, namespace: 'lazy' } : undefined,
    );
    build.onResolve({ filter: /^\.\/rare\.cjs$/ }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: replacement(exporters[path] ?? ''),
      loader: 'js',
    }));
  },
};

function replacement(className: string): string {
  const constructed = `new (require('./rare.cjs').${className})(...options)`;
  return `export class ${className} { constructor(...options) { return ${constructed}; } }`;
}
