// Tests each example for the Collector in the chart's README: a value changes the Collector, Jaeger shows the effect,
// and no app restarts.
import { setTimeout as sleep } from 'node:timers/promises';
import { edgesOf } from '../../otlp/traces.ts';
import type { Span } from '../../otlp/traces.ts';
import { apiGet, testCluster, tool } from '../support/cluster/cluster.ts';
import { example } from '../support/chart-examples.ts';
import { eventually } from '../../support/waiting.ts';
import { ROUND_AT_GUIDE } from '../support/otlp/expected-telemetry.ts';
import { chart, Lab } from '../support/cluster/lab.ts';
import type { Values } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { restarts } from '../support/matchers/objects.ts';
import { listeningSockets } from '../support/cluster/sockets.ts';
import { sendTraces } from '../support/otlp/otlp.ts';
import { complete, settledRound, traceOf, tracesOf } from '../support/otlp/traces.ts';

const lab = new Lab(useNamespace('e2e-collector'));
/** A second trace backend: a release of the chart that runs only Jaeger. */
const second = new Lab(lab.namespace, 'second');

let atInstall: Record<string, string>;

beforeAll(async () => {
  await Promise.all([lab.installQuietly(), installSecondJaeger()]);
  atInstall = await lab.podUids();
}, 150_000);

async function installSecondJaeger(): Promise<void> {
  const objects = await second.helm(['template', second.release, chart, '--show-only', 'templates/jaeger.yaml']);
  await tool('kubectl', ['apply', '-n', second.namespace, '-f', '-'], { input: objects });
}

/** Upgrades the lab with values that change only the Collector. */
async function configure(values: Values): Promise<void> {
  await lab.upgradeQuietly(values);
  const { [`${lab.release}-collector`]: before, ...apps } = atInstall;
  const { [`${lab.release}-collector`]: after, ...appsNow } = await lab.podUids();
  expect(appsNow).toEqual(apps);
  expect(after).not.toBe(before);
}

/**
 * Returns the number of traces in Jaeger that have spans of `service` and are not older than `since`. Waits until the
 * number stops growing.
 */
async function settledCount(service: string, since: number): Promise<number> {
  let last = -1;
  return eventually(
    async () => {
      const before = last;
      last = (await tracesOf(lab, service, since)).length;
      expect([last, before]).toEqual([before, last]);
      return last;
    },
    { every: 2500 },
  );
}

test("logs no spans and no deprecated names by default, and keeps each span's attributes", async () => {
  const { spans } = await settledRound(lab);
  expect(spans.filter((span) => 'user_agent.original' in span.attributes).length).toBeGreaterThan(0);
  expect(await lab.log('collector')).not.toMatch(/Span #0|deprecated/);
});

test("loses no span when the Collector's pod is replaced: every later round has a complete trace", async () => {
  await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-collector`);
  await lab.kubectl('rollout', 'status', '--timeout=60s', `deployment/${lab.release}-collector`);
  const ids: (string | undefined)[] = [];
  for (let played = 0; played < 12; played++) {
    ids.push((await lab.play()).trace);
    await sleep(250); // the old pod shuts down in this time
  }
  await eventually(
    async () => {
      for (const id of ids) complete(await traceOf(lab, id));
    },
    { within: 5_000 },
  ); // less than the 10 s for which an exporter would wait
});

test("prints every span to the Collector's log with the debug exporter, and still sends it to Jaeger", async () => {
  await configure(example('Print every span'));
  const { traceId } = await settledRound(lab);
  await eventually(async () => expect(await lab.log('collector')).toContain(traceId));
});

test('drops an attribute from every span if the values say so', async () => {
  await configure(example('Drop an attribute'));
  const { spans } = await settledRound(lab);
  expect(spans.filter((span) => 'user_agent.original' in span.attributes)).toEqual([]);
});

test('adds an attribute to every span if the values say so', async () => {
  await configure(example('Add an attribute'));
  const { spans } = await settledRound(lab);
  expect(spans.map((span) => span.resource['workshop.class'])).toEqual(spans.map(() => 'scale-20x'));
});

test('keeps only a share of the traces with head sampling, each of them complete', async () => {
  await configure(example('Keep a random quarter of the traces'));
  const since = Date.now();
  await sendTraces(
    lab,
    Array.from({ length: 200 }, () => ({ service: 'sampled' })),
  );
  const kept = await settledCount('sampled', since);
  expect(kept).toBeGreaterThan(20); // 50 are expected, and 20 is five standard deviations away
  expect(kept).toBeLessThan(85);

  const rounds = await Promise.all(Array.from({ length: 40 }, () => lab.play()));
  await eventually(async () => expect((await tracesOf(lab, 'guide', since)).length).toBeGreaterThan(0));
  await settledCount('guide', since);
  const traces = (await tracesOf(lab, 'guide', since)).map(edgesOf);
  expect(traces.length).toBeLessThan(rounds.length);
  expect(traces).toEqual(traces.map(() => ROUND_AT_GUIDE));
});

test('keeps every trace that has an error with tail sampling, and few other traces', async () => {
  await configure(example('Keep all traces that have an error'));
  const since = Date.now();
  await sendTraces(
    lab,
    Array.from({ length: 100 }, (_, index) => ({ service: 'sampled-by-tail', failed: index % 2 === 0 })),
  );
  await eventually(async () =>
    expect((await tracesOf(lab, 'sampled-by-tail', since)).length).toBeGreaterThanOrEqual(50),
  );
  await settledCount('sampled-by-tail', since);
  const kept = (await tracesOf(lab, 'sampled-by-tail', since)).flatMap((trace) => trace.spans);
  expect(kept.filter((span) => span.status.code === 'error')).toHaveLength(50);
  expect(kept.filter((span) => span.status.code !== 'error').length).toBeLessThan(25);
});

/**
 * Receivers and extensions as found on the web, without an endpoint or with all addresses, and the exporter's name from
 * before Collector 0.144.
 */
const FROM_THE_WEB = `
extensions: { health_check: }
receivers:
  otlp: { protocols: { grpc: { endpoint: 0.0.0.0:4317 }, http: } }
service:
  pipelines: { traces: { receivers: [otlp], exporters: [otlphttp/jaeger] } }
`;

test("listens on the pod's address and on loopback only, whatever endpoints the learner's file sets", async () => {
  await configure({ collector: { own: FROM_THE_WEB } });
  await settledRound(lab);
  expect(await lab.log('collector')).toContain('"otlphttp" alias is deprecated; use "otlp_http" instead');
  const pod = await lab.pod('collector');
  const ip = pod.status.podIP ?? '';
  expect(await listeningSockets(pod)).toEqual(
    [`${ip}:13133`, `${ip}:4317`, `${ip}:4318`, '127.0.0.1:4317', '127.0.0.1:4318', `${ip}:8888`].sort(),
  );
});

interface SecondBackend {
  collector: { exporters: Record<'otlp_http/second', object>; pipelines: { traces: object } };
}

describe('the Collector with a second OTLP backend', () => {
  const withSecond = (endpoint: string): Values => {
    const { collector } = example<SecondBackend>('Send traces and metrics to a second OTLP backend');
    const { traces } = collector.pipelines; // only traces, because Jaeger does not accept metrics
    return {
      collector: {
        pipelines: { traces },
        exporters: { 'otlp_http/second': { ...collector.exporters['otlp_http/second'], endpoint } },
      },
    };
  };

  test('sends every trace to Jaeger and to the second backend', async () => {
    await configure(withSecond(`http://${second.release}-jaeger:4318`));
    const { traceId, spans } = await settledRound(lab);
    const ids = (all: readonly Span[]): string[] => all.map((span) => span.spanId).sort();
    await eventually(async () => expect(ids((await traceOf(second, traceId)).spans)).toEqual(ids(spans)));
  });

  test("loses only the second backend's spans while that backend is down, and logs their number", async () => {
    // Nothing listens on this port. The Collector retries a refused connection for 30 s.
    await configure(withSecond(`http://${second.release}-jaeger:4999`));
    await settledRound(lab);
    await eventually(
      async () => expect(await lab.log('collector')).toMatch(/otlp_http\/second.*"dropped_items": [1-9]/),
      { within: 60_000, every: 2000 },
    );
    await settledRound(lab);
  });

  test('stays within its memory limit while the second backend is down, even under heavy load', async () => {
    const limit = mebibytes((await lab.pod('collector')).spec.containers[0]?.resources.limits?.['memory']);
    const batch = Array.from({ length: 200 }, () => ({ service: 'flood', padding: 4000 }));
    let highest = 0;
    for (let sent = 0; sent < 60; sent++) {
      await sendTraces(lab, batch).catch(String); // the Collector should refuse more than it can hold
      if (sent % 5 === 0) highest = Math.max(highest, await workingSet('collector'));
    }
    const [collector] = await lab.pods('collector');
    expect(collector && restarts(collector)).toBe(0);
    expect(highest).toBeGreaterThan(0);
    expect(highest).toBeLessThan(limit * 2 ** 20);
    expect(await lab.log('collector')).toMatch(/sending queue is full|Dropping data/);
    await settledRound(lab);
  });
});

test('restarts no app when only the Collector changes', async () => {
  expect((await lab.pods()).filter((pod) => restarts(pod) > 0).map((pod) => pod.metadata.name)).toEqual([]);
});

function mebibytes(quantity = ''): number {
  const found = /^(\d+)Mi$/.exec(quantity)?.[1];
  if (found === undefined) throw new Error(`expected a limit in Mi, found "${quantity}"`);
  return Number(found);
}

interface Summary {
  pods: { podRef: { name: string }; memory?: { workingSetBytes?: number } }[];
}

/** Returns the working set of a component's pod in bytes, as the kubelet reads it from the control group. */
async function workingSet(component: string): Promise<number> {
  const pod = await lab.pod(component);
  const { pods } = await apiGet<Summary>(`/api/v1/nodes/${testCluster().name}/proxy/stats/summary`);
  return pods.find(({ podRef }) => podRef.name === pod.metadata.name)?.memory?.workingSetBytes ?? 0;
}
