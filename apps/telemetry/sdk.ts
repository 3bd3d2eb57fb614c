// Starts OpenTelemetry for Node: the SDK with the exporters that the OTEL_* variables name. At instrumentation level
// `auto`, it also starts the libraries for HTTP, Express, undici and pino. bootstrap.ts loads this file before the app,
// unless the level is `none`.
import type { IncomingMessage } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { checkEnvironment } from './environment.ts';
import { diagnosticsLogger } from './diagnostics.ts';
import type { Level } from './level.ts';
import { isEnabled, LIBRARIES } from './mistakes.ts';
import { consoleMetrics } from './metrics.ts';
import { isIgnoredPath } from './ignored-paths.ts';

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
  if (!process.env.OTEL_LOG_LEVEL) diag.setLogger(diagnosticsLogger(writeLine), DiagLogLevel.WARN);

  const sdk = new NodeSDK({
    instrumentations: level === 'auto' ? libraries(healthPort) : [],
    ...consoleMetrics(process.env),
  });
  if (level === 'auto') hookImports();
  sdk.start();
  patchHttp();
  return () =>
    sdk
      .shutdown()
      .catch((error: unknown) =>
        writeLine(`OpenTelemetry error: the last telemetry could not be sent: ${String(error)}`),
      );
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
