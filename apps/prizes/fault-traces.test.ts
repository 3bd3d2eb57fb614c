// Tests that real traces show each fault. They run the built arcade and both versions of prizes, and play the rounds of
// visitors.
import { jest } from '@jest/globals';
import type { Span } from '../../otlp/traces.ts';
import { App, buildOutside } from '../testing/apps.ts';
import { Receiver } from '../testing/receiver.ts';
import { eventually, waitFor } from '../../support/waiting.ts';
import { visitorOf } from '../../lab/visitors.ts';
import { FAULTS, RUNNING, truthOf } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
afterAll(built.remove);

const lab = { release: 'lab', namespace: 'class-ada' };
const truth = truthOf(lab);

interface Round {
  readonly status: number;
  readonly version: string | undefined;
  readonly plugins: string;
  readonly clientVersion: string;
}

describe.each(['auto', 'manual'])('a lab with faults at instrumentation level %s', (level) => {
  let receiver: Receiver;
  let dice: App;
  let prizes: App[];
  let arcades: App[];

  beforeAll(async () => {
    receiver = await Receiver.start();
    const env = {
      INSTRUMENTATION: level,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      RELEASE: lab.release,
      POD_NAMESPACE: lab.namespace,
    };
    dice = await App.start(built.dist, 'dice', env);
    prizes = await Promise.all(
      RUNNING.map(({ version, pool }) =>
        App.start(built.dist, 'prizes', {
          ...env,
          PRIZES_VERSION: version,
          NODE_POOL: pool,
          OTEL_RESOURCE_ATTRIBUTES: `service.version=${version},deployment.node_pool=${pool}`,
        }),
      ),
    );
    // Each version of prizes has its own arcade, because no Service distributes requests to both versions here.
    arcades = await Promise.all(
      prizes.map(({ url }) => App.start(built.dist, 'arcade', { ...env, DICE_URL: dice.url, PRIZES_URL: url })),
    );
    await Promise.all([dice, ...prizes, ...arcades].map((app) => app.ready()));
  });

  afterAll(async () => {
    await Promise.all([dice, ...prizes, ...arcades].map((app) => app.stop()));
    receiver.stop();
  });

  async function switchTo(names: FaultName[]): Promise<void> {
    for (const { health } of prizes) {
      const answer = await fetch(`${health}/fault`, { method: 'PUT', body: JSON.stringify({ names }) });
      expect([answer.status, await answer.json()]).toEqual([200, { names }]);
    }
  }

  async function play(index: number, round: number): Promise<Round> {
    const { plugins, clientVersion } = visitorOf(round);
    const { status } = await fetch(`${arcades[index]?.url}/play`, {
      headers: { 'x-browser-plugins': plugins, 'x-client-version': clientVersion },
    });
    return { status, version: RUNNING[index]?.version, plugins, clientVersion };
  }

  /**
   * Plays ten rounds with each version of prizes, one after the other. On a busy machine, some exceed the arcade's
   * 500 ms without a fault. Then it plays all of them again.
   * @param mayTimeOut whether the fault makes a round take longer
   * @returns each round that failed, with its HTTP status, version of prizes and visitor, and when the rounds began
   */
  async function failedRounds(mayTimeOut: (round: Round) => boolean = () => false) {
    return eventually(
      async () => {
        const since = Date.now();
        const failed = (await rounds()).filter(({ status }) => status !== 200);
        expect(failed.filter((round) => round.status === 504 && !mayTimeOut(round))).toEqual([]);
        return { failed, since };
      },
      { within: 60_000 },
    );
  }

  async function rounds(): Promise<Round[]> {
    const lanes = RUNNING.map(async (_version, index) => {
      const played: Round[] = [];
      for (let round = 0; round < 10; round++) played.push(await play(index, round));
      return played;
    });
    return (await Promise.all(lanes)).flat();
  }

  const valueOf = ({ attributes }: Span, ...names: string[]): string | undefined =>
    names.flatMap((name) => attributes[name] ?? []).map(String)[0];

  /**
   * Waits until the service has sent at least `many` server spans for which `fits` returns true. Returns all of these
   * spans.
   */
  const spansOf = (service: string, many: number, fits: (span: Span) => boolean) =>
    waitFor(`${many} such spans of ${service}`, () => {
      const found = receiver
        .traces()
        .flatMap(({ spans }) => spans)
        .filter((span) => span.service === service && span.kind === 'server' && fits(span));
      return found.length >= many ? found : undefined;
    });

  test('answers every round with 200 while no fault is active', async () => {
    await switchTo([]);
    expect((await failedRounds()).failed).toEqual([]);
  });

  test('shows in the spans that the fault spike affects one client version and one version of prizes', async () => {
    await switchTo(['spike']);
    const { failed, since } = await failedRounds();
    await switchTo([]);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(({ version, clientVersion }) => `${version} ${clientVersion}`))).toEqual(
      new Set([`${truth.spike.version} ${truth.spike.client}`]),
    );
    expect(failed.every(({ status }) => status === 400 || status === 500)).toBe(true);
    const spans = await spansOf(
      'prizes',
      failed.length,
      (span) => span.start >= since && Number(span.attributes['http.response.status_code']) >= 400,
    );
    expect(
      new Set(spans.map((span) => valueOf(span, 'client.version', 'http.request.header.x-client-version'))),
    ).toEqual(new Set([truth.spike.client]));
    expect(
      spans
        .filter((span) => span.attributes['http.response.status_code'] === 500)
        .every(({ status }) => status.code === 'error'),
    ).toBe(true);
  });

  test('shows in the spans that the fault timeouts affects one browser plugin and one version of prizes', async () => {
    await switchTo(['timeouts']);
    const isAffected = ({ version, plugins }: Round) =>
      version === truth.timeouts.version && plugins.includes(truth.timeouts.plugin);
    const { failed, since } = await failedRounds(isAffected);
    await switchTo([]);
    expect(failed).toHaveLength(4);
    expect(failed.every((round) => round.status === 504 && isAffected(round))).toBe(true);
    const timedOut = await spansOf(
      'arcade',
      failed.length,
      ({ start, attributes }) => start >= since && attributes['http.response.status_code'] === 504,
    );
    for (const span of timedOut)
      expect(valueOf(span, 'browser.plugins', 'http.request.header.x-browser-plugins')).toContain(
        truth.timeouts.plugin,
      );
    const traces = new Set(timedOut.map(({ traceId }) => traceId));
    const asked = await spansOf('prizes', failed.length, ({ traceId }) => traces.has(traceId));
    const { version, pool } = truth.timeouts;
    expect(asked.map(({ resource }) => [resource['service.version'], resource['deployment.node_pool']])).toEqual(
      asked.map(() => [version, pool]),
    );
  });

  test('refuses to switch on an unknown fault, and keeps the active faults as they are', async () => {
    const answer = await fetch(`${prizes[0]?.health}/fault`, { method: 'PUT', body: '{"names":["slow"]}' });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      `expected {"names": [...]} with any of ${FAULTS.join(', ')}, found "slow"\n`,
    ]);
    expect((await fetch(`${prizes[0]?.url}/fault`, { method: 'PUT', body: '{"names":["spike"]}' })).status).toBe(404);
  });
});
