// Tests the verdict of step 6 with 200 seeds: chance decides no verdict, also when visitors roll between the check's
// rolls.
import { randomFrom, roll, SAMPLER, SEEDS, seenOf, spanOf } from '../../harness/generated.ts';
import type { Code } from '../../harness/generated.ts';
import { allMet } from '../../engine/findings.ts';
import { judge } from './check.ts';

const paths = Array.from({ length: 12 }, () => '/rolldice');

/** Returns the seeds with which the code passes. */
const passing = (code: Code, joined: boolean): number[] =>
  SEEDS.filter((seed) => allMet(judge(seenOf({ paths, code, random: randomFrom(seed), joined })).findings));

const rolling =
  (
    attributes: (value: number, random: () => number) => Record<string, number | string>,
    write: (value: number) => string = String,
  ): Code =>
  (_path, random) => {
    const value = roll(random);
    return { body: write(value), span: spanOf('do_roll', { attributes: attributes(value, random) }) };
  };

const right = (value: number) => ({ 'roll.value': value });

/** Right code, except that each roll ends a second span in a trace of its own. */
const rollingTwice =
  (second: (value: number) => number | string): Code =>
  (path, random) => {
    const reply = rolling(right)(path, random);
    return { ...reply, apart: [spanOf('do_roll', { attributes: { 'roll.value': second(Number(reply.body)) } })] };
  };

describe.each([true, false])('with the context of the caller: %s', (joined) => {
  test.each<[string, Code]>([
    ['a bare number', rolling(right)],
    ['JSON', rolling(right, (value) => JSON.stringify({ sides: 6, roll: value }))],
    ['a sentence', rolling(right, (value) => `You rolled a ${value}.`)],
  ])('passes right code that answers with %s, with each seed', (_what, code) => {
    expect(passing(code, joined)).toEqual(SEEDS);
  });

  test('passes code that rolls twice in each request, whose second roll is the answer, with each seed', () => {
    const twice: Code = (path, random) => {
      const first = rolling(right)(path, random).span;
      return { ...rolling(right)(path, random), more: first ? [first] : [] };
    };
    expect(passing(twice, joined)).toEqual(SEEDS);
  });

  test('passes right code while somebody else rolls after each roll of the check, with each seed', () => {
    const wrongly = SEEDS.filter((seed) => {
      const random = randomFrom(seed);
      const seen = seenOf({ paths, code: rolling(right), random, joined });
      const rolls = seen.strays.map((span) => [span, rolling(right)('/rolldice', random).span]);
      const strays = rolls.flat().filter((span) => span !== undefined);
      return !allMet(judge({ ...seen, strays }).findings);
    });
    expect(wrongly).toEqual([]);
  });

  test.each([0.3, 0.6, 0.9])('blames the sampler only, if it keeps %d of the traces of right code', (keeps) => {
    const problems = SEEDS.flatMap((seed) => {
      const seen = seenOf({ paths, code: rolling(right), random: randomFrom(seed), joined, keeps });
      return judge(seen).findings.filter(({ found }) => found !== undefined);
    });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.filter(({ hint }) => hint !== SAMPLER)).toEqual([]);
  });

  test.each<[string, Code]>([
    ['sets roll.value to a second roll', rolling((_value, random) => ({ 'roll.value': roll(random) }))],
    ['sets roll.value to 6', rolling(() => ({ 'roll.value': 6 }))],
    ['sets roll.value to a text', rolling((value) => ({ 'roll.value': String(value) }))],
    ['sets no roll.value', rolling(() => ({}))],
    [
      'ends a second span do_roll in each roll',
      (path, random) => ({ ...rolling(right)(path, random), more: [spanOf('do_roll')] }),
    ],
    [
      'ends a second span do_roll with the value in the same trace',
      (path, random) => {
        const reply = rolling(right)(path, random);
        const { traceId = '', attributes = {} } = reply.span ?? {};
        return { ...reply, more: [spanOf('do_roll', { traceId, attributes })] };
      },
    ],
    ['ends a second span do_roll with the value in a trace of its own', rollingTwice((value) => value)],
    ['ends a second span do_roll with a text in a trace of its own', rollingTwice((value) => `${value}`)],
    [
      'ends a second span do_roll with another whole number in a trace of its own',
      rollingTwice((value) => (value % 6) + 1),
    ],
    ['ends no span', () => ({ body: '4' })],
    [
      'ends a span for a six only',
      (path, random) => {
        const reply = rolling(right)(path, random);
        return reply.body === '6' ? reply : { body: reply.body };
      },
    ],
  ])('refuses code that %s, with each seed', (_what, code) => {
    expect(passing(code, joined)).toEqual([]);
  });

  test.each<[string, (value: number) => number]>([
    ['the same value', (value) => value],
    ['another value', (value) => 7 - value],
  ])('says that a second span with %s is in a trace of its own, and where, with each seed', (_what, second) => {
    const problems = SEEDS.flatMap((seed) => {
      const seen = seenOf({ paths, code: rollingTwice(second), random: randomFrom(seed), joined });
      const strays = seen.strays.map(({ traceId }) => traceId);
      return judge(seen).findings.filter(({ traceId }) => traceId !== undefined && strays.includes(traceId));
    });
    expect(problems.map(({ text, found, hint }) => `${text}. ${found}. ${hint}`)).toEqual(
      SEEDS.map(() => expect.stringMatching(/do_roll for each roll.*in traces of their own.*root: true/) as string),
    );
  });

  test('passes right code while somebody else rolls the same at first, and then other numbers', () => {
    const seen = seenOf({ paths, code: rolling(right), random: randomFrom(1), joined });
    const others = seen.visits.map(({ sent, answer }, index) =>
      spanOf('do_roll', { start: sent, attributes: { 'roll.value': index < 9 ? Number(answer.body) : 7 } }),
    );
    const strays = joined ? others.slice(0, 9) : [...seen.strays, ...others].toSorted((a, b) => a.start - b.start);
    expect(allMet(judge({ ...seen, strays }).findings)).toBe(true);
  });

  test.each<[string, (value: number) => number, RegExp]>([
    ['7 less the roll', (value) => 7 - value, /^(6.* 1|5.* 2|4.* 3|3.* 4|2.* 5|1.* 6); so in 12 of 12 rolls$/],
    ['half a roll more', (value) => value + 0.5, /^the double \d\.5$/],
  ])('says of %s in roll.value only what is so, with each seed', (_what, change, says) => {
    const code = rolling((value) => ({ 'roll.value': change(value) }));
    const founds = SEEDS.map((seed) => {
      const { findings } = judge(seenOf({ paths, code, random: randomFrom(seed), joined }));
      return findings.find(({ state }) => state === 'unmet')?.found;
    });
    expect(
      founds.filter((found) => !says.test(found?.replace(/^roll\.value |where dice answered/g, '') ?? '')),
    ).toEqual([]);
  });
});

test.each<[string, number | string | boolean, RegExp]>([
  ['6.5', 6.5, /^(?!.*text).*whole number/],
  ['a text', '6', /not a text of it/],
  ['true', true, /not a boolean/],
])('tells what to do about %s in roll.value', (_what, value, hint) => {
  const visits = paths.map((path, index) => ({
    path,
    sent: index,
    answer: { traceId: `trace-${index}`, spanId: 'caller', status: 200, body: '6' },
    spans: [spanOf('do_roll', { attributes: { 'roll.value': value } })],
  }));
  expect(judge({ visits, strays: [], settled: true }).findings[1]?.hint).toMatch(hint);
});
