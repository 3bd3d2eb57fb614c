import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';
import { nearest } from '../../support/nearest.ts';
import { VARIABLES } from './variables.ts';

const packages = 'node_modules/@opentelemetry/{core,sdk-*,otlp-*,exporter-*,instrumentation*,resources}';
const sources = globSync([`${packages}/build/src/**/*.js`, `${packages}/dist/**/*.mjs`], { cwd: repoRoot });

/** Names that the packages read from the environment by the SDK's own functions, or directly. */
const read = new Set(
  sources.flatMap((path) => {
    const text = readFileSync(join(repoRoot, path), 'utf8');
    return [
      ...text.matchAll(/(?:FromEnv\(\s*["'`]|process\.env\.|process\.env\[["'])(OTEL_(?:[A-Z_]|\$\{\w+\})+)/g),
    ].map(([, name = '']) => name.replace(/\$\{\w+\}/, 'TRACES'));
  }),
);

test("knows every variable that the SDK's packages read from the environment", () => {
  expect(read.size).toBeGreaterThan(20);
  expect([...read].filter((name) => !VARIABLES.includes(name) && name !== 'OTEL_CONFIG_FILE')).toEqual([]);
});

test.each([
  ['OTEL_TRACE_EXPORTER', 'OTEL_TRACES_EXPORTER'],
  ['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
  ['OTEL_RESOURCE_ATTRIBUTE', 'OTEL_RESOURCE_ATTRIBUTES'],
  ['INSTRUMENTATON', 'INSTRUMENTATION'],
  ['OTEL_EXPORTER_OTLP_ENPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['OTEL_METRICS_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_INTERVAL'],
  ['OTEL_SOMETHING_ELSE', undefined],
  ['PORT', undefined],
])('finds the variable that somebody meant by %s', (typed, meant) => {
  expect(nearest(typed, VARIABLES)).toBe(meant);
});
