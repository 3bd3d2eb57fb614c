// Finds mistakes in the OTEL_* variables that the SDK doesn't report: misspelt names, endpoints that can't work, and
// values that have no effect. https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
import { nearest } from '../../support/nearest.ts';
import { INTERVAL, timeouts } from './numbers.ts';
import { VARIABLES } from './variables.ts';

export interface Mistake {
  /** The variables that make the mistake. The first one is the likeliest to be wrong. */
  readonly names: readonly string[];
  /** What is wrong, as a sentence without a full stop. */
  readonly says: string;
  readonly todo: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The names that instrumentation libraries have in OTEL_NODE_DISABLED_INSTRUMENTATIONS. */
export const LIBRARIES = ['http', 'express', 'undici', 'pino'] as const;

const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const;
const GENERAL = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Returns the mistakes in the variables, in the order in which a reader should mend them. */
export function mistakesIn(env: Env): Mistake[] {
  const names = Object.keys(env).filter((name) => env[name]?.trim());
  return [
    ...names.filter(isUnknown).map(unknownName),
    ...endpointMistakes(env),
    ...samplerMistakes(env),
    ...shortTimes(env),
    ...['OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'].flatMap((name) =>
      libraryMistakes(name, env[name]),
    ),
  ];
}

const isUnknown = (name: string): boolean => name.startsWith('OTEL_') && !VARIABLES.includes(name);

/** Families of variables that other programs read, and what to use in Node instead. */
const FOREIGN: readonly [RegExp, string, string][] = [
  [
    /^OTEL_EXPORTER_JAEGER_/,
    'was for an exporter that is retired',
    'Jaeger takes OTLP, which is already set up: take the line out.',
  ],
  [/^OTEL_PYTHON_/, 'is read by Python only', 'Take the line out.'],
  [
    /^OTEL_(JAVAAGENT|INSTRUMENTATION_(?!HTTP_KNOWN))/,
    "is read by Java's agent only",
    'To turn libraries off, set OTEL_NODE_DISABLED_INSTRUMENTATIONS=express (with commas for several).',
  ],
  [/^OTEL_(DOTNET|GO|PHP|RUBY)_/, 'is read by another language', 'Take the line out.'],
  [
    /^OTEL_CONFIG_FILE$|^OTEL_EXPERIMENTAL_CONFIG_FILE$/,
    'is not read here',
    'Write the settings into settings.env, a NAME=value on each line.',
  ],
];

function unknownName(name: string): Mistake {
  const foreign = FOREIGN.find(([pattern]) => pattern.test(name));
  if (foreign) return { names: [name], says: `${name} ${foreign[1]}`, todo: foreign[2] };
  const meant = nearest(name, VARIABLES);
  return {
    names: [name],
    says: `there is no variable ${name}`,
    todo: meant === undefined ? 'Nothing reads it. Is the name right?' : `Did you mean ${meant}?`,
  };
}

function endpointMistakes(env: Env): Mistake[] {
  const all = [appendedPath(env), ...SIGNALS.flatMap((signal) => [missingPath(env, signal), wrongPort(env, signal)])];
  const found = all.filter((mistake) => mistake !== undefined);
  return found.filter(({ says }, index) => found.findIndex((other) => other.says === says) === index);
}

function appendedPath(env: Env): Mistake | undefined {
  const value = env[GENERAL]?.trim() ?? '';
  const path = /\/v1\/(traces|metrics|logs)\/?$/.exec(value)?.[0];
  if (path === undefined || usesGrpc(env, 'TRACES')) return undefined;
  return {
    names: [GENERAL],
    says: `${GENERAL} ends with ${path}, and the SDK adds /v1/traces to it once more`,
    todo: `Write ${value.slice(0, -path.length)} only.`,
  };
}

function missingPath(env: Env, signal: string): Mistake | undefined {
  const name = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const url = urlIn(env[name]);
  if (!url || url.pathname !== '/' || usesGrpc(env, signal)) return undefined;
  const wanted = `${url.origin}/v1/${signal.toLowerCase()}`;
  return {
    names: [name],
    says: `${name} has no path, and the SDK uses it as it is`,
    todo: `Write ${wanted}, or set ${GENERAL}=${url.origin} instead, to which the SDK adds the path.`,
  };
}

/** Port 4317 is for OTLP over gRPC, and port 4318 for OTLP over HTTP. */
function wrongPort(env: Env, signal: string): Mistake | undefined {
  const name = [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, GENERAL].find((one) => env[one]?.trim());
  const port = urlIn(name && env[name])?.port;
  const grpc = usesGrpc(env, signal);
  if (name === undefined || port !== (grpc ? '4318' : '4317')) return undefined;
  const protocol = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((one) =>
    env[one]?.trim(),
  );
  const [says, todo] = grpc
    ? ['grpc is sent to port 4318, which takes http', 'Take grpc out, or send it to port 4317.']
    : ['http is sent to port 4317, which takes grpc', 'Send it to port 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc.'];
  return { names: [...(protocol ? [protocol] : []), name], says, todo };
}

function usesGrpc(env: Env, signal: string): boolean {
  return (env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'])?.trim() === 'grpc';
}

const urlIn = (text: string | undefined): URL | undefined =>
  text !== undefined && URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;

function samplerMistakes(env: Env): Mistake[] {
  const [sampler, name] = ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'];
  const argument = env[name]?.trim();
  if (!argument) return [];
  if (!env[sampler]?.includes('traceidratio'))
    return [
      {
        names: [name],
        says: `${name} has no effect, because ${sampler} is not a traceidratio sampler`,
        todo: `Set ${sampler}=parentbased_traceidratio too.`,
      },
    ];
  if (Number(argument) >= 0 && Number(argument) <= 1) return [];
  const percent = /^(\d+(?:\.\d+)?)\s*%?$/.exec(argument)?.[1];
  const share = percent === undefined ? '0.5 for half of the traces' : `${Number(percent) / 100} for ${percent} %`;
  return [{ names: [name], says: `${name} is "${argument}": expected a number from 0 to 1`, todo: `Write ${share}.` }];
}

/** Milliseconds below which a time limit of an export makes no sense: an export is a request to another pod. */
const SHORTEST = 100;

/** Finds times so short that exports may fail. Whoever writes one has probably thought of seconds. */
const shortTimes = (env: Env): Mistake[] =>
  [INTERVAL, ...timeouts].filter((name) => Number(env[name]) > 0 && Number(env[name]) < SHORTEST).map(shortTime(env));

const shortTime =
  (env: Env) =>
  (name: string): Mistake => {
    const time = Number(env[name]);
    const effect =
      name === INTERVAL
        ? `metrics leave every ${time} ms, and an export may take no longer`
        : `an export may take ${time} ms only`;
    const seconds = Math.max(1, time);
    return {
      names: [name],
      says: `${name} is ${time}, which is in milliseconds: ${effect}`,
      todo: `Write ${seconds * 1_000} for ${seconds} s.`,
    };
  };

function libraryMistakes(name: string, value = ''): Mistake[] {
  const unknown = listOf(value).filter((library) => !(LIBRARIES as readonly string[]).includes(library));
  if (unknown.length === 0) return [];
  return [
    {
      names: [name],
      says: `${name} names ${unknown.join(', ')}, and no such library is in dice`,
      todo: `Choose from ${LIBRARIES.join(', ')}, with commas between them.`,
    },
  ];
}

const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/**
 * Returns whether a library is turned on. It reads the two variables that @opentelemetry/auto-instrumentations-node
 * reads. https://opentelemetry.io/docs/zero-code/js/configuration/#excluding-instrumentation-libraries
 */
export function isEnabled(library: string, env: Env): boolean {
  const only = listOf(env['OTEL_NODE_ENABLED_INSTRUMENTATIONS'] ?? '');
  if (only.length > 0 && !only.includes(library)) return false;
  return !listOf(env['OTEL_NODE_DISABLED_INSTRUMENTATIONS'] ?? '').includes(library);
}
