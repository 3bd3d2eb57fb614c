import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { mistakes } from './mistakes.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });

const INJECT = '  propagation.inject(context.active(), headers);\n';
const FLASK = '${await textFrom(flask)}';
const URL = '$FLASK_URL/rolldice';

/** Dice without an OpenTelemetry line, which asks Flask in the given way. */
const plain = (hop: string, names = '') => `import express from 'express';
${names}
const app = express();
app.get('/visit', (request, response) => response.send('Thank you for the visit!'));
app.get('/server_request', async (request, response) => {
  ${hop}
});
app.listen(process.env.PORT ?? 8080);
`;

const asClient = `  const { hostname, port, pathname } = new URL(url);
  const options = { kind: SpanKind.CLIENT, attributes: { 'server.address': hostname } };
  return tracer.startActiveSpan('GET ' + pathname, options, (span) => {
    const headers = {};
    propagation.inject(context.active(), headers);
    return new Promise<string>((resolve, reject) => {
      get({ hostname, port, path: pathname, headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => { span.end(); resolve(text); });
      }).on('error', reject);
    });
  });
}
`;
const ASK = app.slice(app.indexOf('function textFrom'), app.indexOf('function doRoll'));

export const solutions: Solution[] = [
  ...mistakes,
  { name: "the step's own solution", right: true },
  { name: 'a Flask with a child span do_roll', right: true, ...changed([URL, '$FLASK_URL/with-child/rolldice']) },
  { name: 'spans of the libraries in addition', right: true, files: { 'settings.env': 'INSTRUMENTATION=auto' } },
  {
    name: 'the libraries alone, with fetch',
    right: true,
    files: {
      'app.ts': plain(`response.send(await (await fetch('${URL}')).text());`),
      'settings.env': 'INSTRUMENTATION=auto',
    },
  },
  {
    name: 'the libraries alone, with get of node:http',
    right: true,
    files: {
      'app.ts': plain(
        `get('${URL}', (answer) => void answer.resume().on('end', () => response.send('4')));`,
        "import { get } from 'node:http';",
      ),
      'settings.env': 'INSTRUMENTATION=auto',
    },
  },
  {
    name: 'a CLIENT span around each next hop',
    right: true,
    ...changed([ASK, `function textFrom(url: string): Promise<string> {\n${asClient}\n`]),
  },
  {
    name: 'fetch, with headers that are injected by hand',
    right: true,
    ...changed(
      [FLASK, '${await (await fetch(flask, { headers: traced() })).text()}'],
      [
        '// A SERVER span around',
        'function traced(): Record<string, string> {\n  const carrier: Record<string, string> = {};\n' +
          '  propagation.inject(context.active(), carrier);\n  return carrier;\n}\n\n// A SERVER span around',
      ],
    ),
  },
  {
    name: 'a traceparent that is written by hand',
    right: true,
    ...changed([
      `  const headers = {};\n${INJECT}`,
      '  const { traceId, spanId } = trace.getActiveSpan()!.spanContext();\n' +
        '  const headers = { traceparent: `00-${traceId}-${spanId}-01` };\n',
    ]),
  },
  {
    name: 'prizes and Flask asked at the same time',
    right: true,
    ...changed([
      'response.send(`served, and a six wins: ${await textFrom(prizes)}. Flask rolls ${await textFrom(flask)}.`);',
      'response.json(await Promise.all([textFrom(prizes), textFrom(flask)]));',
    ]),
  },
  {
    name: 'Flask asked twice, and prizes not at all',
    right: true,
    ...changed(['${await textFrom(prizes)}', '${await textFrom(flask)}']),
  },
  {
    name: 'another service name',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_SERVICE_NAME=my-dice' },
  },
  {
    name: 'an answer that does not wait for Flask, whose request is in the span',
    right: true,
    ...changed([`. Flask rolls ${FLASK}.`, '. ${void textFrom(flask)}']),
  },
];
