// Replaces exporters of the SDK that few people use and that cost memory in every process. A class of the same name
// loads the real one (apps/telemetry/lazy-exporters.ts) when the first object is created.
import type { Plugin } from 'esbuild';

/** Each package, and the class that the SDK imports from it. */
const exporters: Record<string, string> = {
  '@opentelemetry/exporter-trace-otlp-grpc': 'OTLPTraceExporter',
  '@opentelemetry/exporter-metrics-otlp-grpc': 'OTLPMetricExporter',
  '@opentelemetry/exporter-logs-otlp-grpc': 'OTLPLogExporter',
  '@opentelemetry/exporter-zipkin': 'ZipkinExporter',
  '@opentelemetry/exporter-prometheus': 'PrometheusExporter',
};

/** The esbuild plugin that puts the replacements in place of the packages. `require` comes from the bundle's banner. */
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
