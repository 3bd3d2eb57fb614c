// Right solutions of step 8 as different people write them. They have read only the step's text, and change the app.ts
// with which the step starts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const start = readFileSync(join(import.meta.dirname, 'start', 'app.ts'), 'utf8');
const IMPORT = "import { SpanStatusCode, trace } from '@opentelemetry/api';";
const ROUTE = start.slice(start.indexOf("app.get('/server_request'"), start.indexOf('// The next hop.'));
const PRIZES = start.slice(start.indexOf('function askPrizes'), start.indexOf('function textFrom'));

/** Returns the step's code with another route /server_request, and with another askPrizes. */
const dice = (route: string, prizes: string, names = '') => ({
  files: {
    'app.ts': edited(
      start,
      [IMPORT, `import { context, propagation, SpanKind, SpanStatusCode, trace${names} } from '@opentelemetry/api';`],
      [ROUTE, `${route}\n\n`],
      [PRIZES, `${prizes}\n\n`],
    ),
  },
});

const route = (parent = 'propagation.extract(context.active(), request.headers)', work = 'await askPrizes()') =>
  `app.get('/server_request', async (request, response) => {
  const parent = ${parent};
  await tracer.startActiveSpan('server_request', { kind: SpanKind.SERVER }, parent, async (span) => {
    response.send(String(${work}));
    span.end();
  });
});`;

const askPrizes = `async function askPrizes() {
  const headers: Record<string, string> = { accept: 'text/plain' };
  propagation.inject(context.active(), headers);
  return textFrom(prizes, headers);
}`;

const onFinish = `app.use((request, response, next) => {
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const span = tracer.startSpan(\`\${request.method} \${request.path}\`, { kind: SpanKind.SERVER }, parent);
  response.on('finish', () => span.end());
  context.with(trace.setSpan(parent, span), next);
});
app.get('/server_request', async (_request, response) => response.send(await askPrizes()));`;

const withoutActive = `app.get('/server_request', async (request, response) => {
  const span = tracer.startSpan(
    'answer',
    { kind: SpanKind.SERVER, startTime: new Date() },
    propagation.extract(context.active(), request.headers),
  );
  try {
    response.json({ prize: await askPrizes(trace.setSpan(context.active(), span)) });
  } finally {
    span.end();
  }
});`;

export const styles: Solution[] = [
  { name: "the step's own code with three changed lines", right: true, ...dice(route(), askPrizes) },
  {
    name: 'fetch in place of get',
    right: true,
    ...dice(
      route(),
      `const askPrizes = async (carrier: Record<string, string> = {}) => {
  propagation.inject(context.active(), carrier);
  return (await fetch(prizes, { headers: { ...carrier } })).text();
};`,
    ),
  },
  {
    name: 'headers of the class Headers, with a setter',
    right: true,
    ...dice(
      route(),
      `async function askPrizes() {
  const headers = new Headers();
  propagation.inject(context.active(), headers, { set: (carrier, key, value) => carrier.set(key, String(value)) });
  return (await fetch(new Request(prizes, { headers }))).text();
}`,
    ),
  },
  {
    name: 'a getter that reads the header from the request',
    right: true,
    ...dice(
      route(
        `propagation.extract(ROOT_CONTEXT, request, {
    get: (carrier, key) => carrier.header(key),
    keys: (carrier) => Object.keys(carrier.headers),
  })`,
      ),
      askPrizes,
      ', ROOT_CONTEXT',
    ),
  },
  {
    name: 'a middleware that makes a SERVER span for each request, and ends it when the answer is sent',
    right: true,
    ...dice(onFinish, askPrizes, ', ROOT_CONTEXT'),
  },
  {
    name: 'a context that is handed on, and no active span',
    right: true,
    ...dice(
      withoutActive,
      `function askPrizes(active = context.active()): Promise<string> {
  const headers = {};
  propagation.inject(active, headers);
  return textFrom(prizes, headers);
}`,
    ),
  },
  {
    name: 'two questions to prizes at the same time',
    right: true,
    ...dice(route(undefined, '(await Promise.all([askPrizes(), askPrizes()])).join()'), askPrizes),
  },
  {
    name: 'spans that leave once a minute, with baggage',
    right: true,
    files: {
      ...dice(
        route(),
        askPrizes.replace(
          'context.active()',
          "propagation.setBaggage(context.active(), propagation.createBaggage({ who: { value: 'me' } }))",
        ),
      ).files,
      'settings.env': 'INSTRUMENTATION=manual\nOTEL_BSP_SCHEDULE_DELAY=60000\nOTEL_PROPAGATORS=tracecontext,baggage',
    },
  },
];
