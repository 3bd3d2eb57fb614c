import { compareTraces } from './compare-traces.ts';
import { attributesAlike, DRIVER, driversOf } from './trace-drivers.ts';
import type { Begun } from './trace-drivers.ts';

const begun = (service: string, others: readonly string[], attributes: Begun['attributes'] = {}): Begun => ({
  service,
  services: [service, ...others],
  attributes,
});

const written = (drivers: ReadonlySet<string>): string[] => [...drivers].sort();

test('takes services for drivers that begin traces of others, and are called by none', () => {
  const rounds = [begun('visitors', ['arcade', 'dice']), begun('guide', ['arcade']), begun('arcade', ['dice'])];
  expect(written(driversOf(rounds))).toEqual(['guide', 'visitors']);
  expect(written(driversOf([...rounds, begun('dice', ['guide'])]))).toEqual([]);
});

test('takes no service for a driver that works alone, or that alone begins traces', () => {
  expect(written(driversOf([begun('visitors', ['arcade']), begun('dice', [])]))).toEqual([]);
});

test('puts the same name in place of each driver, and leaves other services alone', () => {
  const attributes = { 'guide:client.version': ['3'], 'arcade:client.version': ['3'], 'guide2:a': ['1'] };
  const alike = attributesAlike(begun('guide', ['arcade'], attributes), new Set(['guide', 'visitors']));
  expect(Object.keys(alike)).toEqual([`${DRIVER}:client.version`, 'arcade:client.version', 'guide2:a']);
  expect(attributesAlike(begun('arcade', [], attributes), new Set(['guide']))).toBe(attributes);
});

/** A round of a lab in which requests of client 3.1.0 to version 2.0.0 fail, from round 300 on. */
function round(index: number, driver: string): Begun & { isFailed: boolean } {
  const [client, version] = [index % 2 === 0 ? '3.1.0' : '3.2.0', index % 3 === 0 ? '2.0.0' : '1.4.0'];
  const attributes = {
    [`${driver}:client.version`]: [client],
    [`${driver}:resource.service.name`]: [driver],
    [`${driver}:resource.process.pid`]: [driver],
    'arcade:client.version': [client],
    'prizes:resource.service.version': [version],
  };
  const isFailed = index >= 300 && client === '3.1.0' && version === '2.0.0';
  return { ...begun(driver, ['arcade', 'prizes'], attributes), isFailed };
}

test('keeps the driver out of what traces share, although the load began together with the fault', () => {
  // From round 300 on, four of five rounds are of the load.
  const rounds = Array.from({ length: 500 }, (_, index) =>
    round(index, index >= 300 && index % 5 > 0 ? 'guide' : 'visitors'),
  );
  const drivers = driversOf(rounds);
  const group = (isIn: boolean) => rounds.filter(({ isFailed }) => isFailed === isIn);
  const raw = compareTraces(
    group(true).map(({ attributes }) => attributes),
    group(false).map(({ attributes }) => attributes),
  );
  expect(JSON.stringify(raw.traits)).toContain('guide');
  const alike = (isIn: boolean) => group(isIn).map((one) => attributesAlike(one, drivers));
  const { traits, places, origins } = compareTraces(alike(true), alike(false));
  const names = (some: typeof traits) =>
    some.map(({ parts }) => parts.flat().map(({ key, value }) => `${key}=${value}`));
  expect(names(traits)[0]).toEqual([
    'arcade:client.version=3.1.0',
    `${DRIVER}:client.version=3.1.0`,
    'prizes:resource.service.version=2.0.0',
  ]);
  expect(JSON.stringify([traits, places])).not.toContain('guide');
  expect(names(origins).map((name) => name.toSorted())).toEqual([
    [`${DRIVER}:resource.process.pid=guide`, `${DRIVER}:resource.service.name=guide`],
  ]);
});
