// Checks the OTEL_* variables before the SDK reads them, and reports each mistake in one clear line. A variable with an
// unknown value is treated as not set, as the specification requires:
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
import { nearest } from '../../support/nearest.ts';
import { mistakesIn } from './mistakes.ts';
import type { Mistake } from './mistakes.ts';
import { expectedNumber, numbers, withoutUnit } from './numbers.ts';
import { LOG_LEVELS, SAMPLERS } from './variables.ts';

const protocols = ['grpc', 'http/protobuf', 'http/json'];
const compressions = ['gzip', 'none'];
const signals = ['TRACES', 'METRICS', 'LOGS'];

/** Variables with a fixed set of values. With `list: true`, several values may be given, separated by commas. */
interface Choice {
  readonly expected: readonly string[];
  readonly list?: true;
}

const choices: Record<string, Choice> = {
  OTEL_TRACES_EXPORTER: { expected: ['otlp', 'console', 'zipkin', 'none'], list: true },
  OTEL_METRICS_EXPORTER: { expected: ['otlp', 'console', 'prometheus', 'none'], list: true },
  OTEL_LOGS_EXPORTER: { expected: ['otlp', 'console', 'none'], list: true },
  OTEL_PROPAGATORS: { expected: ['tracecontext', 'baggage', 'b3', 'b3multi', 'none'], list: true },
  OTEL_TRACES_SAMPLER: { expected: SAMPLERS },
  OTEL_LOG_LEVEL: { expected: LOG_LEVELS },
  OTEL_SDK_DISABLED: { expected: ['true', 'false'] },
  ...forEachSignal('PROTOCOL', protocols),
  ...forEachSignal('COMPRESSION', compressions),
};

const urls = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...signals.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)];

function forEachSignal(setting: string, expected: readonly string[]): Record<string, Choice> {
  const names = [
    `OTEL_EXPORTER_OTLP_${setting}`,
    ...signals.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_${setting}`),
  ];
  return Object.fromEntries(names.map((name) => [name, { expected }]));
}

/**
 * Returns a description of the values that the variable `name` accepts, or undefined if the variable accepts `value`.
 */
function expectedInstead(name: string, value: string): string | undefined {
  const choice = choices[name];
  if (choice) return expectedChoice(choice, value);
  if (urls.includes(name) && !/^https?:\/\/[^/]/.test(value)) return 'a URL such as http://collector:4318';
  return expectedNumber(name, value);
}

function expectedChoice({ expected, list }: Choice, value: string): string | undefined {
  const given = list
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : [value.toLowerCase()];
  if (given.every((item) => expected.includes(item))) return undefined;
  return `${list ? 'one or more (with commas) of' : 'one of'} ${expected.join(', ')}`;
}

/** Exporters of other SDKs and of earlier days, and what to write today. */
const RENAMED: Readonly<Record<string, string>> = {
  jaeger: 'Jaeger takes OTLP today: write otlp.',
  logging: 'That exporter is called console here.',
  stdout: 'That exporter is called console here.',
  debug: "debug is an exporter of the Collector. The SDK's own is called console.",
  'otlp/http': 'Write otlp, and choose http by OTEL_EXPORTER_OTLP_PROTOCOL.',
  http: 'Write http/protobuf or http/json.',
};

/** Says what to write in place of a value that the SDK can't use. */
function otherValue(name: string, value: string): string {
  const known = choices[name]?.expected ?? [];
  const unknown = value.split(',').find((item) => !known.includes(item.trim().toLowerCase())) ?? value;
  const meant = nearest(unknown.trim().toLowerCase(), known);
  return `${name} is treated as not set now. ${meant === undefined ? 'Write another value.' : `Write ${meant}.`}`;
}

/** Returns the variables whose values the SDK can't use. They are treated as not set. */
export function refusedValues(env: NodeJS.ProcessEnv): Mistake[] {
  return [...Object.keys(choices), ...numbers, ...urls].flatMap((name) => {
    const value = env[name]?.trim();
    const expected = value ? expectedInstead(name, value) : undefined;
    if (value === undefined || !expected) return [];
    const todo = RENAMED[value.toLowerCase()] ?? withoutUnit(name, value) ?? otherValue(name, value);
    return [{ names: [name], says: `${name} is "${value}": expected ${expected}`, todo }];
  });
}

/** Checks all OTEL_* variables. Returns a line for each mistake, and the names of the variables to ignore. */
export function checkEnvironment(env: NodeJS.ProcessEnv): { mistakes: string[]; refused: string[] } {
  const refused = refusedValues(env);
  return {
    mistakes: [
      ...refused.map(({ says }) => `${says}. Ignoring it.`),
      ...mistakesIn(env).map(({ says, todo }) => `${says}. ${todo}`),
    ],
    refused: refused.flatMap(({ names }) => names),
  };
}
