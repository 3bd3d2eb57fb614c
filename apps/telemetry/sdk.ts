// OpenTelemetry for Node: the SDK with its exporters as the OTEL_* variables ask, and, at `auto`, the instrumentation
// libraries for what the components use. Loaded by the bootstrap before the component, and only when it is wanted.
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
import { consoleMetrics } from './metrics.ts';
import { isIgnoredPath } from './ignored-paths.ts';

const writeLine = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Starts the SDK and gives back how to flush and stop it.
 * @param healthPort requests that arrive there make no span
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

/** Lets the libraries see what ES modules import: without it no Express spans, and no route in `GET /visit`. */
function hookImports(): void {
  register({ include: ['express', 'pino'] });
}

/** Built-in modules are patched as CommonJS, once; this carries the patch over to what ES modules import. */
function patchHttp(): void {
  const require = createRequire(import.meta.url);
  require('http');
  require('https');
  syncBuiltinESMExports();
}

function libraries(healthPort: number): Instrumentation[] {
  const ignoreIncomingRequestHook = (request: IncomingMessage) =>
    request.socket.localPort === healthPort || isIgnoredPath(request.url ?? '/');
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook,
      headersToSpanAttributes: { server: { requestHeaders: ['x-browser-plugins', 'x-client-version'] } },
    }),
    new ExpressInstrumentation(),
    new UndiciInstrumentation(),
    new PinoInstrumentation(),
  ];
}
