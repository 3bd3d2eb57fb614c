// Right solutions of step 6 as different people write them. They have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const plain = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const ROUTE = 'response.send(String(doRoll()));';
const ROLL = plain.slice(plain.indexOf('function doRoll'), plain.indexOf('app.listen'));
const IMPORT = "import { trace } from '@opentelemetry/api';";

/** Returns the code of dice with another doRoll, and with another answer of the route /rolldice. */
const dice = (roll: string, answer = ROUTE, imports = IMPORT) => ({
  files: { 'app.ts': `${imports}\n${edited(plain, [ROLL, `${roll}\n\n`], [ROUTE, answer])}` },
});

/** A doRoll that ends its span in `finally`. `more` are statements behind the roll. */
const roll = (more = '', options = '') => `function doRoll(): number {
  return trace.getTracer('dice', '0.1.0').startActiveSpan('do_roll', ${options}(span) => {
    try {
      const rolled = 1 + Math.floor(Math.random() * 6);
      span.setAttribute('roll.value', rolled);
      ${more}
      return rolled;
    } finally {
      span.end();
    }
  });
}`;

const bareHttp = `import { createServer } from 'node:http';
${IMPORT}
let visits = 0;
const handlers: Record<string, () => string> = {
  '/': () => 'Visits: ' + visits,
  '/visit': () => 'Thank you, number ' + ++visits,
  '/rolldice': rollDice,
};
function rollDice() {
  const span = trace.getTracer('http-dice').startSpan('do_roll');
  const face = Math.ceil(Math.random() * 6) || 1;
  span.setAttributes({ 'roll.value': face, 'roll.dice': 'white' }).end();
  return JSON.stringify({ face });
}
createServer((request, response) => {
  const handle = handlers[new URL(request.url ?? '/', 'http://dice').pathname];
  response.writeHead(handle ? 200 : 404, { 'content-type': 'text/plain' }).end(handle ? handle() : 'nothing here');
}).listen(process.env.PORT ?? 8080);
`;

export const styles: Solution[] = [
  {
    name: 'the default import of the API, and a tracer for each roll',
    right: true,
    ...dice(roll().replaceAll('trace.', 'otel.trace.'), ROUTE, "import otel from '@opentelemetry/api';"),
  },
  { name: 'a server without Express', right: true, files: { 'app.ts': bareHttp } },
  {
    name: 'a span in a block that ends it by `using`',
    right: true,
    ...dice(`class ActiveSpan {
  readonly span = trace.getTracer('dice').startSpan('do_roll');
  [Symbol.dispose]() { this.span.end(); }
}
const doRoll = () => {
  using active = new ActiveSpan();
  const value = [1, 2, 3, 4, 5, 6][Math.floor(Math.random() * 6)]!;
  active.span.setAttribute('roll.value', value);
  return value;
};`),
  },
  {
    name: 'a promise chain whose finally ends the span',
    right: true,
    ...dice(
      `function doRoll(): Promise<number> {
  const span = trace.getTracer('dice').startSpan('do_roll');
  return Promise.resolve(Math.floor(Math.random() * 6) + 1)
    .then((value) => (span.setAttribute('roll.value', value), value))
    .finally(() => span.end());
}`,
      'doRoll().then((value) => response.send(`${value}\\n`));',
    ),
  },
  {
    name: 'a decorator function around doRoll',
    right: true,
    ...dice(`const traced = (name: string, attribute: string, work: () => number) => () =>
  trace.getTracer('decorated').startActiveSpan(name, (span) => {
    const result = work();
    span.setAttribute(attribute, result);
    span.end();
    return result;
  });
const doRoll = traced('do_roll', 'roll.value', () => Math.floor(Math.random() * 6) + 1);`),
  },
  {
    name: 'a span that is made active by hand',
    right: true,
    ...dice(
      `function doRoll(): number {
  const span = trace.getTracer('dice').startSpan('do_roll');
  return context.with(trace.setSpan(context.active(), span), () => {
    const value = Math.floor(Math.random() * 6) + 1;
    trace.getActiveSpan()?.setAttribute('roll.value', value);
    span.end();
    return value;
  });
}`,
      ROUTE,
      "import { context, trace } from '@opentelemetry/api';",
    ),
  },
  {
    name: 'a span that ends only after dice has answered',
    right: true,
    ...dice(
      `function doRoll(): number {
  const span = trace.getTracer('dice').startSpan('do_roll');
  const value = Math.floor(Math.random() * 6) + 1;
  span.setAttribute('roll.value', value);
  setTimeout(() => span.end(), 250);
  return value;
}`,
    ),
  },
  {
    name: 'a span of the route around that of the roll, without the caller',
    right: true,
    ...dice(
      roll(),
      `trace.getTracer('dice').startActiveSpan('roll the dice', (span) => {
    ${ROUTE}
    span.end();
  });`,
    ),
  },
  {
    name: 'a value that is set twice, the second time to what was rolled',
    right: true,
    ...dice(
      roll(
        "span.updateName('do_roll'); span.setAttribute('roll.done', true);",
        "{ attributes: { 'roll.value': 0 } }, ",
      ),
    ),
  },
  {
    name: 'two rolls for each request, of which the second is the answer',
    right: true,
    chance: true,
    ...dice(roll(), `doRoll();\n  ${ROUTE}`),
  },
  {
    name: 'two rolls for each request, at auto',
    right: true,
    chance: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto', ...dice(roll(), `doRoll();\n  ${ROUTE}`).files },
  },
  {
    name: 'a roll in JSON, with the time and the number of visits',
    right: true,
    ...dice(
      roll(),
      'hits += 1;\n  response.json({ at: new Date().toISOString(), hits, dice: [{ value: doRoll() }] });',
    ),
  },
  {
    name: 'a roll on a page',
    right: true,
    ...dice(roll(), 'response.send(`<h1>You rolled: <b>${doRoll()}</b></h1>`);'),
  },
  {
    name: 'spans that leave once a minute',
    right: true,
    ...dice(roll()),
    files: { ...dice(roll()).files, 'settings.env': 'INSTRUMENTATION=manual\nOTEL_BSP_SCHEDULE_DELAY=60000' },
  },
  {
    name: "at auto, with a propagator that does not know the caller's header",
    right: true,
    files: { ...dice(roll()).files, 'settings.env': 'INSTRUMENTATION=auto\nOTEL_PROPAGATORS=b3' },
  },
  {
    name: 'spans on the console too, and a log of the SDK',
    right: true,
    files: {
      ...dice(roll()).files,
      'settings.env': 'INSTRUMENTATION=manual\nOTEL_TRACES_EXPORTER=otlp,console\nOTEL_LOG_LEVEL=info',
    },
  },
];
