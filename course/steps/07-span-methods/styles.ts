// Right solutions of step 7 as different people write them. They have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const plain = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const ROUTE = '  response.send(String(doRoll()));\n';
const ROLL = plain.slice(plain.indexOf('function doRoll'), plain.indexOf('app.listen'));
const IMPORT = "import { SpanStatusCode, trace } from '@opentelemetry/api';";

/** Returns the code of dice with this doRoll, and with this body of the route /rolldice. */
const dice = (roll: string, route = caught(), imports = IMPORT) => ({
  files: { 'app.ts': `${imports}\n${edited(plain, [ROLL, `${roll}\n\n`], [ROUTE, route])}` },
});

/** The body of a route that answers with `answer`, and with 400 if that throws. */
const caught = (
  answer = 'response.send(`${doRoll(+(request.query.sides ?? 6))}`);',
  failed = 'response.sendStatus(400);',
) => `  try {\n    ${answer}\n  } catch {\n    ${failed}\n  }\n`;

const helper = `function inSpan<T>(name: string, work: () => T): T {
  const span = trace.getTracer('mine').startSpan(name);
  return context.with(trace.setSpan(context.active(), span), () => {
    try {
      return work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      span.recordException(error as Error);
      throw error;
    } finally {
      span.end();
    }
  });
}
const current = () => trace.getActiveSpan()!;
const doRoll = (sides: number) =>
  inSpan('do_roll', () => {
    current().setAttribute('roll.sides', sides);
    if (sides < 1) throw new Error('a die without sides');
    const value = Math.floor(Math.random() * sides) + 1;
    current().setAttribute('roll.value', value).addEvent('rolled', { 'rolled.by': 'hand' });
    return value;
  });`;

const randomInt = `function doRoll(sides: number): number {
  return trace.getTracer('dice').startActiveSpan('do_roll', { attributes: { 'roll.sides': sides } }, (span) => {
    try {
      const value = randomInt(1, sides + 1);
      span.setAttributes({ 'roll.value': value });
      span.addEvent('rolled', { lucky: value === sides }, new Date());
      return value;
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}`;

const byClass = `class Die {
  readonly #sides: number;
  readonly #tracer = trace.getTracer('die', '2');
  constructor(sides: number) { this.#sides = sides; }
  async roll(): Promise<number> {
    return this.#tracer.startActiveSpan('do_roll', async (span) => {
      span.setAttribute('roll.sides', this.#sides);
      try {
        const value = await this.#rest();
        span.setAttribute('roll.value', value);
        span.addEvent('rolled', { 'die.sides': this.#sides, 'die.colors': ['red', 'white'] });
        return value;
      } catch (problem) {
        span.recordException(problem as Error, Date.now());
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'no roll' });
        return Promise.reject(problem);
      } finally {
        span.end();
      }
    });
  }
  #rest(): Promise<number> {
    if (!Number.isInteger(this.#sides) || this.#sides < 1) throw new TypeError(\`no die has \${this.#sides} sides\`);
    return new Promise((resolve) => setTimeout(() => resolve(Math.ceil(Math.random() * this.#sides) || 1), 3));
  }
}
const doRoll = (sides: number) => new Die(sides).roll();`;

const byEvent = `function doRoll(sides: number): number | undefined {
  const span = trace.getTracer('dice').startSpan('do_roll');
  span.setAttribute('roll.sides', sides);
  try {
    if (sides <= 0) throw new Error('no sides');
    const value = Math.floor(Math.random() * sides) + 1;
    span.addEvent('rolled', { value });
    span.setAttribute('roll.value', value);
    return value;
  } catch (error) {
    span.addEvent('exception', { 'exception.type': 'Error', 'exception.message': String(error) });
    span.setStatus({ code: SpanStatusCode.ERROR });
    return undefined;
  } finally {
    span.end();
  }
}`;

export const styles: Solution[] = [
  {
    name: 'a helper that runs work in a span, and the current span everywhere',
    right: true,
    ...dice(helper, caught(), "import { context, SpanStatusCode, trace } from '@opentelemetry/api';"),
  },
  {
    name: "an exception of Node's own randomInt for a die without sides",
    right: true,
    ...dice(randomInt, caught(), `${IMPORT}\nimport { randomInt } from 'node:crypto';`),
  },
  {
    name: 'a class with an asynchronous roll, in a handler with await',
    right: true,
    ...dice(
      byClass,
      `  doRoll(Number(request.query.sides ?? '6')).then(
    (value) => response.json({ sides: request.query.sides, value }),
    (error) => response.status(400).json({ error: String(error) }),
  );\n`,
    ),
  },
  {
    name: 'an exception event that the code adds by hand, and no second throw',
    right: true,
    ...dice(
      byEvent,
      `  const value = doRoll(parseInt(String(request.query.sides || '6'), 10));
  if (value === undefined) response.status(400).send('Bad Request: a die needs sides');
  else response.send('You rolled ' + value);\n`,
    ),
  },
  {
    name: 'an error handler of Express that answers with 400',
    right: true,
    ...dice(
      `${randomInt}\napp.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
  response.status(400).type('text').send(error.message);
});`,
      '  response.send(String(doRoll(Number(request.query.sides ?? 6))));\n',
      `${IMPORT}\nimport { randomInt } from 'node:crypto';`,
    ),
  },
  {
    name: 'at auto, a helper that runs work in a span, and spans that leave once a minute',
    right: true,
    files: {
      ...dice(helper, caught(), "import { context, SpanStatusCode, trace } from '@opentelemetry/api';").files,
      'settings.env': 'INSTRUMENTATION=auto\nOTEL_BSP_SCHEDULE_DELAY=60000',
    },
  },
  {
    name: 'a list of the roll and its sides in JSON, and 400 for one side too',
    right: true,
    ...dice(
      randomInt.replace('const value', "if (sides < 2) throw new RangeError('too few');\n      const value"),
      caught('response.send(JSON.stringify([doRoll(Number(request.query.sides ?? 6)), request.query.sides ?? 6]));'),
      `${IMPORT}\nimport { randomInt } from 'node:crypto';`,
    ),
  },
];
