import { clientVersions, plugins, pluginsOf, visitorOf } from '../../lab/visitors.ts';
import { FAULTS, namesIn, RUNNING, truthOf } from '../../lab/faults.ts';
import type { FaultName, Truth } from '../../lab/faults.ts';
import { effectOf } from './faults.ts';
import type { Effect, Traits } from './faults.ts';

const truth: Truth = {
  spike: { version: '2.0.0', client: '3.1.0' },
  timeouts: { version: '1.4.0', pool: 'blue', plugin: 'dark-reader/4.9' },
};

/** One request for each combination of a visitor, a roll and a version of prizes. */
const everything: Traits[] = Array.from({ length: 30 }, (_, round) => visitorOf(round)).flatMap(
  ({ clientVersion, plugins: installed }) =>
    RUNNING.flatMap((process) =>
      [1, 2, 3, 4, 5, 6].map((roll) => ({ ...process, client: clientVersion, plugins: installed, roll })),
    ),
);

const hit = (on: FaultName[]): { traits: Traits; effect: Effect }[] =>
  everything
    .map((traits) => ({ traits, effect: effectOf(on, truth, traits) }))
    .filter(({ effect }) => Object.keys(effect).length > 0);

test('changes no response of prizes while no fault is active', () => {
  expect(hit([])).toEqual([]);
});

describe('the fault spike', () => {
  const hits = hit(['spike']);

  test('affects every request of one client version to one version of prizes, and no other requests', () => {
    expect(hits.every(({ traits: { version, client } }) => version === '2.0.0' && client === '3.1.0')).toBe(true);
    expect(hits).toHaveLength(
      everything.filter(({ version, client }) => version === '2.0.0' && client === '3.1.0').length,
    );
  });

  test('makes prizes answer 400 and 500 equally often, without a delay', () => {
    const count = (status: number) => hits.filter(({ effect }) => effect.status === status).length;
    expect(count(400)).toBe(count(500));
    expect(hits.filter(({ effect }) => effect.delay !== undefined)).toEqual([]);
  });
});

describe('the fault timeouts', () => {
  const hits = hit(['timeouts']);

  test('affects all requests of visitors with one browser plugin to one version of prizes and its node pool', () => {
    expect(new Set(hits.map(({ traits: { version, pool } }) => `${version} ${pool}`))).toEqual(new Set(['1.4.0 blue']));
    expect(hits.every(({ traits: { plugins: found = '' } }) => pluginsOf(found).includes('dark-reader/4.9'))).toBe(
      true,
    );
    expect(new Set(hits.map(({ traits }) => traits.plugins)).size).toBe(2);
  });

  test("delays the response of prizes by more than 500 ms, and doesn't change its status", () => {
    expect(Math.min(...hits.map(({ effect }) => effect.delay ?? 0))).toBeGreaterThan(500);
    expect(Math.max(...hits.map(({ effect }) => effect.delay ?? 0))).toBeLessThan(1000);
    expect(hits.filter(({ effect }) => effect.status !== undefined)).toEqual([]);
  });

  test("doesn't delay responses to visitors who send no list of browser plugins", () => {
    expect(
      effectOf(['timeouts', 'spike'], truth, {
        version: '1.4.0',
        pool: 'blue',
        client: undefined,
        plugins: undefined,
        roll: 1,
      }),
    ).toEqual({});
  });
});

test('applies both faults to a request that both faults affect', () => {
  const both: Truth = { ...truth, spike: { version: '1.4.0', client: '3.1.0' } };
  expect(
    effectOf(['spike', 'timeouts'], both, {
      version: '1.4.0',
      pool: 'blue',
      client: '3.1.0',
      plugins: 'dark-reader/4.9',
      roll: 2,
    }),
  ).toEqual({ delay: 650, status: 500 });
});

test('lets each fault affect at least a fifth of the rounds', () => {
  for (const name of FAULTS) expect([name, hit([name]).length / everything.length >= 0.2]).toEqual([name, true]);
});

describe('the choice of the requests that faults affect', () => {
  const labs = Array.from({ length: 40 }, (_, seat) => truthOf({ release: 'lab', namespace: `class-seat-${seat}` }));

  test('always gives the same requests in one lab, and other requests in another lab', () => {
    expect(truthOf({ release: 'lab', namespace: 'class-ada' })).toEqual(
      truthOf({ release: 'lab', namespace: 'class-ada' }),
    );
    expect(truthOf({ release: 'a', namespace: 'b' })).not.toEqual(truthOf({ release: 'b', namespace: 'c' }));
  });

  test('gives every pair of a prizes version and a client version or browser plugin in a class of 40 labs', () => {
    expect(new Set(labs.map(({ spike }) => `${spike.version} ${spike.client}`)).size).toBe(
      RUNNING.length * clientVersions.length,
    );
    expect(new Set(labs.map(({ timeouts }) => `${timeouts.version} ${timeouts.plugin}`)).size).toBe(2 * 3);
  });

  test('uses only client versions and plugins that visitors send, and prizes versions that the lab runs', () => {
    const pairs = RUNNING.map(({ version, pool }) => `${version} ${pool}`);
    for (const { spike, timeouts } of labs) {
      expect(clientVersions).toContain(spike.client);
      expect(pairs).toContain(`${timeouts.version} ${timeouts.pool}`);
      expect(plugins.flatMap(pluginsOf)).toContain(timeouts.plugin);
      expect(timeouts.plugin).not.toBe('none');
    }
  });
});

test.each<[string, FaultName[]]>([
  ['{"names":[]}', []],
  ['{"names":["spike","timeouts","spike"]}', ['spike', 'timeouts']],
])('parses the command %s, which sets the active faults', (text, names) => {
  expect(namesIn(text)).toEqual(names);
});

test.each([
  ['', 'found no JSON: '],
  ['spike', 'found no JSON: spike'],
  ['null', 'found null'],
  ['{"names":"spike"}', 'found {"names":"spike"}'],
  ['["spike"]', 'found ["spike"]'],
  ['{"names":["slow"]}', 'found "slow"'],
  ['{"names":["spike",null]}', 'found null'],
  [`{"names":["${'x'.repeat(500)}"]}`, '…'],
])('refuses the fault command %s, and names the valid faults', (text, found) => {
  expect(() => namesIn(text)).toThrow('expected {"names": [...]} with any of spike, timeouts, ');
  expect(() => namesIn(text)).toThrow(found);
});
