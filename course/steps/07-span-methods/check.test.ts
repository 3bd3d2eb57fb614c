// Tests the verdict of step 7 with 200 seeds, with rolls of visitors between those of the check.
import type { Span } from '../../../otlp/traces.ts';
import { allMet, verdictOf } from '../../engine/findings.ts';
import { randomFrom, roll, SAMPLER, SEEDS, seenOf, spanOf } from '../../harness/generated.ts';
import type { Code, Random, Reply } from '../../harness/generated.ts';
import { judge, PATHS } from './check.ts';

const seenWith = (code: Code, seed: number, joined: boolean) =>
  judge(seenOf({ paths: PATHS, code, random: randomFrom(seed), joined }));

const exception = { name: 'exception', time: 0, attributes: { 'exception.message': 'no sides' } };
const rolled = { name: 'rolled', time: 0, attributes: { at: 1 } };

/** The step's code. `change` makes it wrong. */
const codeWith =
  (change: (reply: Reply, random: Random) => Reply = (reply) => reply): Code =>
  (path, random) => {
    const sides = Number(/sides=(\d+)/.exec(path)?.[1] ?? 6);
    return change(sides > 0 ? wentWell(sides, random) : failed(), random);
  };

function wentWell(sides: number, random: Random): Reply {
  const value = roll(random, sides);
  return {
    body: String(value),
    span: spanOf('do_roll', { attributes: { 'roll.sides': sides, 'roll.value': value }, events: [rolled] }),
  };
}

const failed = (): Reply => ({
  body: 'no sides',
  status: 400,
  span: spanOf('do_roll', { attributes: { 'roll.sides': 0 }, events: [exception], status: { code: 'error' } }),
});

/** A span more in a trace of its own, which begins with the span of the roll. */
const andEmpty = ({ span, ...reply }: Reply): Reply => ({ ...reply, span, more: span && [spanOf('do_roll')] });

/** The span of the roll once more, in a trace of its own. */
const andTwin = ({ span, ...reply }: Reply): Reply => {
  const { attributes = {}, events = [] } = span ?? {};
  return { ...reply, span, apart: [spanOf('do_roll', { attributes, events })] };
};

const spanWith =
  (change: (span: Span) => Partial<Span>) =>
  ({ span, ...reply }: Reply): Reply => ({ ...reply, span: span && { ...span, ...change(span) } });

const isFailed = ({ status }: Reply): boolean => status === 400;

describe.each([true, false])('with the context of the caller: %s', (joined) => {
  test('passes right code with each seed', () => {
    expect(SEEDS.filter((seed) => allMet(seenWith(codeWith(), seed, joined).findings))).toEqual(SEEDS);
  });

  test.each([0.3, 0.6, 0.9])('blames the sampler only, if it keeps %d of the traces of right code', (keeps) => {
    const problems = SEEDS.flatMap((seed) => {
      const seen = seenOf({ paths: PATHS, code: codeWith(), random: randomFrom(seed), joined, keeps });
      return judge(seen).findings.filter(({ found }) => found !== undefined);
    });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.filter(({ hint }) => hint !== SAMPLER)).toEqual([]);
  });

  test.each<[string, (reply: Reply, random: Random) => Reply, RegExp]>([
    [
      'ends no span when a roll fails',
      (reply) => (isFailed(reply) ? { ...reply, span: undefined } : reply),
      /do_roll for .*sides=0 too.*never ended.*finally/,
    ],
    [
      'records no exception',
      (reply) => (isFailed(reply) ? spanWith(() => ({ events: [] }))(reply) : reply),
      /an event called exception, or a log record.*recordException/,
    ],
    ['sets no status', spanWith(() => ({ status: { code: 'unset' } })), /status ERROR.*status unset/],
    [
      'sets roll.sides to a text',
      spanWith(({ attributes }) => ({
        attributes: { ...attributes, 'roll.sides': JSON.stringify(attributes['roll.sides']) },
      })),
      /roll.sides.*string "\d+".*Number/,
    ],
    [
      'sets roll.value to a second roll',
      (reply, random) =>
        isFailed(reply)
          ? reply
          : spanWith(({ attributes }) => ({ attributes: { ...attributes, 'roll.value': roll(random) } }))(reply),
      /roll.value.*dice answered/,
    ],
    [
      'rolls from 0',
      ({ body, ...reply }) =>
        isFailed({ body, ...reply })
          ? { body, ...reply }
          : spanWith(({ attributes }) => ({ attributes: { ...attributes, 'roll.value': Number(body) - 1 } }))({
              ...reply,
              body: String(Number(body) - 1),
            }),
      /0 as the answer to/,
    ],
    [
      'ignores the number of sides',
      (reply, random) =>
        isFailed(reply)
          ? reply
          : spanWith(({ attributes }) => ({ attributes: { ...attributes, 'roll.value': Number(reply.body) } }))(
              Object.assign(reply, { body: String(roll(random)) }),
            ),
      /die with as many sides as the request names.* \d for sides=20, \d for sides=100, .*none above 6/,
    ],
    [
      'calls the attribute roll_sides',
      spanWith(({ attributes: { 'roll.sides': sides, ...rest } }) => ({
        attributes: { ...rest, roll_sides: sides ?? 0 },
      })),
      /roll\.sides.*Call it roll\.sides, not roll_sides/,
    ],
    [
      'calls the event roll',
      spanWith(({ events }) => ({ events: events.map((event) => ({ ...event, name: event.name.replace('ed', '') })) })),
      /event “rolled”.*Call it rolled, not roll:/,
    ],
    [
      "sets the deck's attribute error in place of the status",
      spanWith(({ attributes }) => ({ attributes: { ...attributes, error: true }, status: { code: 'unset' } })),
      /status unset.*replaced the deck's attribute error/,
    ],
    [
      'ends each span a second time in a trace of its own',
      andTwin,
      /do_roll for each roll.*several spans do_roll in one roll, in traces of their own.*root: true/,
    ],
    ['ends a second span in each roll', andEmpty, /do_roll for each roll.*several spans do_roll in one roll/],
    [
      'rolls once for the answer, and sets roll.sides to what was rolled',
      ({ body, ...reply }) =>
        reply.status === 400
          ? { body, ...reply }
          : spanWith(({ attributes }) => ({ attributes: { ...attributes, 'roll.sides': Number(body) } }))({
              body,
              ...reply,
            }),
      /roll\.sides.*number \d+ for/,
    ],
    ['answers 500', (reply) => (isFailed(reply) ? { ...reply, status: 500 } : reply), /400.*status 500/],
  ])('refuses code that %s with each seed, and says so', (_what, change, says) => {
    const wrongly = SEEDS.filter((seed) => {
      const verdict = verdictOf(seenWith(codeWith(change), seed, joined).findings);
      return verdict.passed || !says.test(`${verdict.expected} ${verdict.found} ${verdict.hint}`);
    });
    expect(wrongly).toEqual([]);
  });
});
