// Tests of the built visitors against a fake arcade.
import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { App, buildOutside, freePort } from '../testing/apps.ts';
import { waitFor } from '../../support/waiting.ts';
import { Receiver } from '../testing/receiver.ts';
import { settings } from '../testing/settings.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const { dist } = built;
afterAll(built.remove);

describe.each(['auto', 'manual'])('the program visitors at instrumentation level %s', (level) => {
  test('creates no trace while it waits for the arcade to start, and then one trace per round', async () => {
    const receiver = await Receiver.start();
    const port = await freePort();
    const visitors = await App.start(dist, 'visitors', {
      ...settings(level, receiver),
      ARCADE_URL: `http://127.0.0.1:${port}`,
      ROUNDS_PER_MINUTE: '1200',
    });
    await visitors.ready();
    await delay(400);
    expect(receiver.traces()).toEqual([]);

    const rounds: IncomingHttpHeaders[] = [];
    const arcade = createServer((request, response) => {
      rounds.push(request.headers);
      response.end('{}');
    }).listen(port, '127.0.0.1');
    const traces = await waitFor('three rounds', () => (receiver.traces().length >= 3 ? receiver.traces() : undefined));
    await visitors.stop();
    arcade.close();
    receiver.stop();

    expect(traces[0]?.roots[0]).toMatchObject({
      service: 'visitors',
      kind: 'client',
      orphan: false,
      status: { code: 'unset' },
    });
    expect(rounds.slice(0, 3).map(({ traceparent }) => String(traceparent).split('-')[1])).toEqual(
      traces.slice(0, 3).map(({ traceId }) => traceId),
    );
    expect(new Set(rounds.slice(0, 3).map((headers) => headers['user-agent'])).size).toBe(3);
  });
});
