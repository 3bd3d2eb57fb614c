// Tests of the built apps as processes: signals, environment variables and errors.
import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { App, buildOutside, freePort } from './testing/apps.ts';
import { waitFor } from '../support/waiting.ts';
import { Receiver } from './testing/receiver.ts';
import { parent, settings, traceparent } from './testing/settings.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
const { dist } = built;
afterAll(built.remove);

describe('the process of a built app', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.stop());

  test('exits with code 0 within two seconds of SIGTERM, and sends its telemetry first', async () => {
    const dice = await (
      await App.start(dist, 'dice', { ...settings('auto', receiver), OTEL_BSP_SCHEDULE_DELAY: '60000' })
    ).ready();
    await fetch(`${dice.url}/visit`, { headers: { traceparent } });
    const { code, took } = await dice.stop();
    expect(code).toBe(0);
    expect(took).toBeLessThan(2_000);
    expect((await receiver.trace(parent.traceId)).spans.map(({ name }) => name)).toContain('GET /visit');
  });

  test('answers readiness probes with 503 at once after SIGTERM, and serves other requests for DRAIN_MS', async () => {
    const dice = await (await App.start(dist, 'dice', { ...settings('auto', receiver), DRAIN_MS: '1500' })).ready();
    const ended = dice.stop();
    const ready = await waitFor('a pod that is not ready', async () => {
      const { status } = await fetch(`${dice.health}/readyz`);
      return status === 503 ? status : undefined;
    });
    const visit = await fetch(`${dice.url}/visit`);
    expect([ready, visit.status]).toEqual([503, 200]);
    const { code, took } = await ended;
    expect(code).toBe(0);
    expect(took).toBeGreaterThanOrEqual(1_500);
    expect(took).toBeLessThan(3_500);
  });

  test('listens on loopback and on the addresses in POD_IPS only, health checks included', async () => {
    const env = { ...settings('none', receiver), POD_IPS: '127.0.0.2,127.0.0.3' };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host) =>
      Promise.all(
        [`${dice.url}/visit`, `${dice.health}/readyz`].map((url) =>
          fetch(url.replace('127.0.0.1', host)).then(({ status }) => status, String),
        ),
      ),
    );
    const refused = 'TypeError: fetch failed';
    expect(await Promise.all(answers)).toEqual([
      [200, 200],
      [200, 200],
      [200, 200],
      [refused, refused],
    ]);
    const { code, took } = await dice.stop();
    expect(code).toBe(0);
    expect(took).toBeLessThan(2_000);
  });

  test('sends telemetry as OTLP in protobuf by default', async () => {
    const env: Record<string, string | undefined> = {
      ...settings('auto', receiver),
      OTEL_EXPORTER_OTLP_PROTOCOL: undefined,
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    const sent = await waitFor('a request', () =>
      receiver.requests.find(({ path, type }) => path === '/v1/traces' && type === 'application/x-protobuf'),
    );
    expect(sent.bytes.includes('GET /visit')).toBe(true);
    await dice.stop();
  });

  test('prints spans and metrics on the console at the configured intervals', async () => {
    const env = {
      ...settings('auto', receiver),
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'console',
      OTEL_LOGS_EXPORTER: 'none',
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    await waitFor('a span and a metric on the console', () =>
      dice.stdout.includes("name: 'GET /visit'") && dice.stdout.includes('http.server.request.duration')
        ? true
        : undefined,
    );
    await dice.stop();
  });

  test('loads a rarely used exporter if an environment variable names it', async () => {
    const port = String(await freePort());
    const env = {
      ...settings('auto', receiver),
      OTEL_TRACES_EXPORTER: 'otlp,zipkin',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: port,
    };
    const dice = await (await App.start(dist, 'dice', env)).ready();
    await fetch(`${dice.url}/visit`);
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('http_server_request_duration');
    expect((await dice.stop()).code).toBe(0);
  });

  test.each(['arcade', 'prizes', 'guide'])(
    '%s reports the error and exits with code 1 if its port is taken',
    async (component) => {
      const taken = createServer().listen(0);
      await new Promise((resolve) => taken.once('listening', resolve));
      const { port } = taken.address() as AddressInfo;
      const app = await App.start(dist, component, {
        ...settings('none', receiver),
        PORT: String(port),
        OPEN_WITHIN_MS: '0',
        DICE_URL: receiver.url,
        PRIZES_URL: receiver.url,
        ARCADE_URL: receiver.url,
        JAEGER_URL: receiver.url,
        JAEGER_BASE_PATH: '/jaeger',
      });
      const code = await app.exited().finally(() => taken.close());
      expect([code, app.stderr]).toEqual([
        1,
        expect.stringMatching(
          new RegExp(`^expected to listen on port ${port}, found .*EADDRINUSE.* Set PORT to a free port\\.\n$`),
        ) as string,
      ]);
    },
  );

  test('reports and ignores an unknown value of an OTEL_* variable', async () => {
    const dice = await (
      await App.start(dist, 'dice', { ...settings('auto', receiver), OTEL_TRACES_EXPORTER: 'otpl' })
    ).ready();
    expect(dice.stderr).toContain(
      'OTEL_TRACES_EXPORTER is "otpl": expected one or more (with commas) of otlp, console, zipkin, none.',
    );
    await dice.stop();
  });

  test('reports an unreachable Collector only once, and keeps serving requests', async () => {
    const dice = await (
      await App.start(dist, 'dice', {
        ...settings('auto', receiver),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      })
    ).ready();
    await fetch(`${dice.url}/visit`);
    await waitFor('an error about the Collector', () =>
      dice.stderr.includes('OpenTelemetry error') ? true : undefined,
    );
    await delay(1_200); // two more intervals of OTEL_METRIC_EXPORT_INTERVAL
    expect(dice.stderr.split('\n').filter((line) => line.includes('metrics export timed out'))).toHaveLength(1);
    expect((await fetch(`${dice.url}/visit`)).status).toBe(200);
    expect(await dice.stop()).toMatchObject({ code: 0 });
  });

  test('refuses to start at an unknown instrumentation level', async () => {
    const dice = await App.start(dist, 'dice', { INSTRUMENTATION: 'full' });
    expect(await dice.exited()).toBe(1);
    expect(dice.stderr).toBe('INSTRUMENTATION is "full": expected one of none, auto, manual\n');
  });

  test('names a missing environment variable, and exits with code 1', async () => {
    const arcade = await App.start(dist, 'arcade', { PRIZES_URL: 'http://127.0.0.1:1' });
    expect(await arcade.exited()).toBe(1);
    expect(arcade.stderr).toContain('DICE_URL is not set');
  });
});
