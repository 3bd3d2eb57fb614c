// Exporters of the SDK that hardly anybody asks for, and that each process would pay memory for. Each is replaced by a
// class of the same name that loads the real one (apps/telemetry/lazy-exporters.ts) when the first object is made.
import type { Plugin } from 'esbuild';

/** Package, and the class the SDK takes from it. */
const rare: Record<string, string> = {
  '@opentelemetry/exporter-trace-otlp-grpc': 'OTLPTraceExporter',
  '@opentelemetry/exporter-metrics-otlp-grpc': 'OTLPMetricExporter',
  '@opentelemetry/exporter-logs-otlp-grpc': 'OTLPLogExporter',
  '@opentelemetry/exporter-zipkin': 'ZipkinExporter',
  '@opentelemetry/exporter-prometheus': 'PrometheusExporter',
};

/** esbuild plugin that puts the stand-ins where the packages were. `require` is the one in the bundle's banner. */
export const loadLazily: Plugin = {
  name: 'load-lazily',
  setup(build) {
    build.onResolve({ filter: /^@opentelemetry\/exporter-/ }, ({ path }) =>
      rare[path] ? { path, namespace: 'lazy' } : undefined,
    );
    build.onResolve({ filter: /^\.\/rare\.cjs$/ }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: standIn(rare[path] ?? ''),
      loader: 'js',
    }));
  },
};

function standIn(className: string): string {
  return `export class ${className} { constructor(...options) { return new (require('./rare.cjs').${className})(...options); } }`;
}
