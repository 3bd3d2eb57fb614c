// Tests Runs of the guide with the real dice and a fake API server.
import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiServer, podOf } from '../../../testing/api-server.ts';
import { privateKey, serving, start, get, stopAll, textsOf, tracked } from '../../../dice/run/run-harness.ts';
import type { Dice } from '../../../dice/run/run-harness.ts';
import { RUN } from '../../../../lab/names.ts';
import { waitFor } from '../../../../support/waiting.ts';
import type { RunProgress } from '../../contract.ts';
import { Kube } from '../kube.ts';
import { FileStore } from '../learner/files.ts';
import { Runs } from './runs.ts';

jest.setTimeout(60_000);

let api: ApiServer;
beforeAll(async () => {
  api = await ApiServer.start();
});
afterAll(async () => {
  api.stop();
  await stopAll();
});
beforeEach(() => {
  api.restarts.length = 0;
  api.put('lab-dice', { 'app.ts': serving('one'), 'settings.env': '', 'collector.yaml': '{}' });
});

/** Returns a store whose Runs go to dice, and what the Runs tell. */
function storeFor(dice?: Dice) {
  const port = Number(new URL(dice?.app.health ?? 'http://127.0.0.1:1').port);
  const runs = new Runs({ key: privateKey, pod: () => Promise.resolve(podOf('dice', 'dice-1')), port });
  const told: RunProgress[] = [];
  runs.listen((progress) => told.push(progress));
  return { store: new FileStore(new Kube(api.config), 'lab', runs), runs, told };
}

test('runs written files in the dice that runs, and tells the stages, without a new pod', async () => {
  const dice = tracked(await start(serving('one')));
  const { store, told } = storeFor(dice);
  const { run, restarted } = await store.write({ 'app.ts': serving('two') });
  await waitFor('the new code', () => told.find(({ stage }) => stage === 'serving'));
  expect([await get(dice), restarted, api.restarts]).toEqual(['two', ['dice'], []]);
  const stages = told.map(({ n, stage }) => [n, stage]);
  expect(stages[0]).toEqual([run, 'checking']);
  expect(stages.at(-1)).toEqual([run, 'serving']);
  expect(api.data('lab-dice')[RUN.record]).toMatch(/^[\w-]+\.[\w-]+$/);
});

test('tells why code does not start, and runs two writes at once one after the other', async () => {
  const dice = tracked(await start(serving('one')));
  const { store, runs, told } = storeFor(dice);
  await store.write({ 'app.ts': `\n\nthrow new Error('no luck');\n` });
  const failed = await waitFor('the failure', () => told.find(({ stage }) => stage === 'failed'));
  expect(failed).toMatchObject({ file: 'app.ts', message: expect.stringContaining('no luck') as string });
  expect(runs.failure('dice-1', textsOf(`\n\nthrow new Error('no luck');\n`))).toMatchObject({ file: 'app.ts' });
  await Promise.all(['a', 'b'].map((text) => store.write({ 'app.ts': serving(text) })));
  const text = /send\('(.)'\)/.exec(api.data('lab-dice')['app.ts'] ?? '')?.[1];
  await waitFor('the text of the ConfigMap', async () => (await get(dice).catch(() => '')) === text || undefined);
  expect(api.restarts).toEqual([]);
});

test('replaces the pod, and says so, if dice does not answer', async () => {
  const { store } = storeFor();
  expect(await store.write({ 'app.ts': serving('two') })).toMatchObject({
    restarted: ['dice'],
    note: expect.stringContaining('a new pod runs them') as string,
  });
  expect(api.restarts).toEqual(['lab-dice']);
});

test('finishes a Run that a guide before has written', async () => {
  const dice = tracked(await start(serving('one')));
  const texts = textsOf(serving('two'));
  const { store, runs } = storeFor(dice);
  const { token } = runs.number(texts, undefined);
  api.put('lab-dice', { ...texts, 'collector.yaml': '{}', [RUN.record]: token });
  await store.resume();
  await waitFor('the new code', async () => (await get(dice).catch(() => '')) === 'two' || undefined);
});

test('replaces the pod at once if dice was restarted before it had stored the files', async () => {
  const forgetful = createServer((request, response) => {
    if (request.method === 'PUT') return void response.writeHead(202).end('{}');
    response.end(JSON.stringify({ n: 0, isServing: true, isTrial: false }));
  }).listen(0, '127.0.0.1');
  await once(forgetful, 'listening');
  const url = `http://127.0.0.1:${(forgetful.address() as AddressInfo).port}`;
  const { store, told } = storeFor({ app: { health: url } } as Dice);
  await store.write({ 'app.ts': serving('two') });
  await waitFor('the replacement', () => told.find(({ stage }) => stage === 'replacing'));
  await waitFor('the new pod', () => api.restarts.length || undefined);
  forgetful.close();
});
