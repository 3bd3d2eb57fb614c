// Starts OpenTelemetry for Node: the SDK with the exporters that the OTEL_* variables name. At instrumentation level
// `auto`, it also starts the libraries for HTTP, Express, undici and pino. bootstrap.ts loads this file before the app,
// unless the level is `none`.
import type { IncomingMessage } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { registerCommand } from './commands.ts';
import { checkEnvironment } from './environment.ts';
import { diagnosticsLogger, recordingLogger } from './diagnostics.ts';
import { Flusher, flushTelemetry } from './flush.ts';
import type { Level } from './level.ts';
import { observeLosses, recordPartialSuccess } from './loss-observer.ts';
import { isEnabled, LIBRARIES } from './mistakes.ts';
import { consoleMetrics } from './metrics.ts';
import { isIgnoredPath } from './ignored-paths.ts';
import { recorder } from './report.ts';
import { observeSpans, recordDiagnostic } from './span-observer.ts';

const writeLine = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Starts the SDK.
 * @param healthPort requests to this port create no spans
 * @returns a function that sends the remaining telemetry and stops the SDK
 */
export function startSdk(level: Exclude<Level, 'none'>, healthPort: number): () => Promise<void> {
  const { mistakes, refused } = checkEnvironment(process.env);
  mistakes.forEach(writeLine);
  for (const name of refused) delete process.env[name];
  recorder.mistakes = mistakes;
  recorder.level = level;
  recorder.sampler = samplerOf(process.env);
  const logLevel = process.env.OTEL_LOG_LEVEL;
  if (!logLevel) diag.setLogger(diagnosticsLogger(writeLine, Date.now, record), DiagLogLevel.WARN);

  const instrumentations = level === 'auto' ? libraries(healthPort) : [];
  recorder.instrumentations = instrumentations.map(({ instrumentationName }) => instrumentationName);
  const sdk = new NodeSDK({ instrumentations, ...consoleMetrics(process.env) });
  if (logLevel) replaceLogger(levelOf(logLevel));
  if (level === 'auto') hookImports();
  sdk.start();
  observeLosses(recorder);
  observeSpans(recorder);
  patchHttp();
  const flusher = new Flusher(flushTelemetry);
  registerCommand('/flush', async () => JSON.stringify({ flushed: await flusher.request() }));
  return () =>
    sdk
      .shutdown()
      .catch((error: unknown) =>
        writeLine(`OpenTelemetry error: the last telemetry could not be sent: ${String(error)}`),
      );
}

const record = (message: string, stack: string, more: readonly unknown[]) => {
  recordDiagnostic(recorder, message, stack);
  recordPartialSuccess(recorder, message, more);
};

const levelOf = (name: string): DiagLogLevel =>
  DiagLogLevel[name.toUpperCase() as keyof typeof DiagLogLevel] ?? DiagLogLevel.INFO;

/** Replaces the logger that the SDK sets for OTEL_LOG_LEVEL. Ours prints the same, and records refused calls. */
function replaceLogger(level: DiagLogLevel): void {
  const logger = recordingLogger(new DiagConsoleLogger(), level, record);
  diag.setLogger(logger, { logLevel: Math.max(level, DiagLogLevel.WARN), suppressOverrideMessage: true });
}

/** Returns the sampler with its argument, as the SDK reads the two variables. */
function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument }: NodeJS.ProcessEnv): string {
  const sampler = name?.trim() || 'parentbased_always_on';
  return argument && sampler.includes('ratio') ? `${sampler} ${argument.trim()}` : sampler;
}

/**
 * Lets the instrumentation libraries patch packages that are imported as ES modules. Otherwise, there are no Express
 * spans, and the names of server spans lack the route.
 */
function hookImports(): void {
  register({ include: ['express', 'pino'] });
}

/**
 * Applies the patches of http and https to ES modules too. The instrumentation libraries patch only the CommonJS
 * modules.
 */
function patchHttp(): void {
  const require = createRequire(import.meta.url);
  require('http');
  require('https');
  syncBuiltinESMExports();
}

function libraries(healthPort: number): Instrumentation[] {
  const ignoreIncomingRequestHook = (request: IncomingMessage) =>
    request.socket.localPort === healthPort || isIgnoredPath(request.url ?? '/');
  const made: Record<(typeof LIBRARIES)[number], () => Instrumentation> = {
    http: () =>
      new HttpInstrumentation({
        ignoreIncomingRequestHook,
        headersToSpanAttributes: { server: { requestHeaders: ['x-browser-plugins', 'x-client-version'] } },
      }),
    express: () => new ExpressInstrumentation(),
    undici: () => new UndiciInstrumentation(),
    pino: () => new PinoInstrumentation(),
  };
  return LIBRARIES.filter((name) => isEnabled(name, process.env)).map((name) => made[name]());
}
