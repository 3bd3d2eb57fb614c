// Ports of the lab's containers and Services, and the base path of Jaeger's web UI.

/** Port numbers by purpose. */
export const PORTS = {
  http: 8080,
  health: 8081,
  otlpGrpc: 4317,
  otlpHttp: 4318,
  query: 16686,
  probe: 13133,
  collectorMetrics: 8888,
  ops: 8082,
  board: 8083,
  prometheus: 9090,
} as const;

/** Base path of Jaeger's web UI and API. */
export const JAEGER_BASE_PATH = '/jaeger';
