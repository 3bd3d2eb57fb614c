// Tests a lab from `helm install --wait` to `helm uninstall`, in a namespace that enforces Pod Security "restricted".
import { edgesOf } from '../../otlp/traces.ts';
import type { Instruments, Logs } from '../../apps/guide/explore-contract.ts';
import type { Trace } from '../../otlp/traces.ts';
import { kubectl, tool } from '../support/cluster/cluster.ts';
import { always, eventually } from '../../support/waiting.ts';
import { ROUND_AT_GUIDE, ROUND_OF_VISITOR } from '../support/otlp/expected-telemetry.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { isLeaving, isReady, restarts } from '../support/matchers/objects.ts';
import { playedRound, settledRound, title, traceOf, tracesOf } from '../support/otlp/traces.ts';

const lab = new Lab(useNamespace('e2e-lab'));

let installed: number;

beforeAll(async () => {
  await lab.install();
  installed = Date.now();
}, 150_000);

test('plays a round and serves the first page of every component as soon as helm install --wait ends', async () => {
  // kube-proxy writes its rules once a second, so requests may reach a ready pod up to a second late.
  const round = await eventually(() => lab.play(), { within: 2_000, every: 100 });
  expect([1, 2, 3, 4, 5, 6]).toContain(round.roll);
  expect(round.prize.name).not.toBe('');
  for (const path of ['/', '/traces', '/jaeger/', '/apps/arcade/', '/apps/dice/', '/apps/prizes/prizes/6']) {
    expect([path, (await lab.fetch('guide', path)).status]).toEqual([path, 200]);
  }
});

test('runs all its pods in a namespace that enforces Pod Security "restricted"', async () => {
  const privileged = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'privileged' },
    spec: { containers: [{ name: 'any', image: 'any', securityContext: { privileged: true } }] },
  };
  const refused = await tool('kubectl', ['apply', '-n', lab.namespace, '-f', '-'], {
    input: JSON.stringify(privileged),
    allowFailure: true,
  });
  expect(refused.stderr).toContain('violates PodSecurity "restricted');

  const pods = await lab.pods();
  expect(
    pods
      .filter(isReady)
      .map((pod) => pod.metadata.labels?.['app.kubernetes.io/component'])
      .sort(),
  ).toEqual(['arcade', 'collector', 'dice', 'guide', 'jaeger', 'prizes', 'prizes', 'visitors']);
});

test('passes helm test, which leaves no pod behind', async () => {
  await expect(lab.helm(['test', lab.release, '--timeout', '60s'])).resolves.toContain('Succeeded');
  await eventually(async () => expect((await lab.pods('probe')).map((pod) => pod.metadata.name)).toEqual([]));
});

describe('the trace of a round played at the guide', () => {
  let round: Trace;

  beforeAll(async () => {
    round = await playedRound(lab);
  });

  test('a round is one trace with exactly the calls guide→arcade, arcade→dice and arcade→prizes', () => {
    expect(edgesOf(round)).toEqual(ROUND_AT_GUIDE);
    expect(round.services).toEqual(['arcade', 'dice', 'guide', 'prizes']);
  });

  test('the trace of a round has one root span, and the parent of every other span', () => {
    expect(round.roots.map((span) => [span.service, span.parentSpanId])).toEqual([['guide', undefined]]);
    expect(round.spans.filter((span) => span.orphan).map(title)).toEqual([]);
  });

  test('the spans of a round record their pod, namespace and lab', async () => {
    const pods = (await lab.pods()).map((pod) => pod.metadata.name);
    for (const { resource } of round.spans) {
      expect(pods).toContain(resource['k8s.pod.name']);
      expect(resource).toMatchObject({ 'service.namespace': lab.release, 'k8s.namespace.name': lab.namespace });
    }
  });

  test('continues the trace of a caller who sends a traceparent header with a round', async () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    const caller = 'b7ad6b7169203331';
    expect((await lab.play({ traceparent: `00-${id}-${caller}-01` })).trace).toBe(id);
    await eventually(async () => {
      const trace = await traceOf(lab, id);
      expect(edgesOf(trace)).toEqual(ROUND_AT_GUIDE);
      expect(trace.roots.map((span) => [span.service, span.parentSpanId])).toEqual([['guide', caller]]);
    });
  });
});

test('runs the app visitors, which plays rounds whose traces start with a span of visitors', async () => {
  const rounds = await eventually(async () => {
    const found = (await tracesOf(lab, 'visitors', installed)).slice(1); // the latest may be incomplete
    expect(found.length).toBeGreaterThanOrEqual(2);
    return found;
  });
  expect(rounds.map(edgesOf)).toEqual(rounds.map(() => ROUND_OF_VISITOR));
  expect(rounds.flatMap((round) => round.roots.map((span) => span.service))).toEqual(rounds.map(() => 'visitors'));
});

test('sends rounds to both versions of prizes', async () => {
  await Promise.all(Array.from({ length: 16 }, () => lab.play()));
  await eventually(async () => {
    const spans = (await tracesOf(lab, 'prizes'))
      .flatMap((trace) => trace.spans)
      .filter((span) => span.service === 'prizes');
    expect([...new Set(spans.map((span) => span.resource['service.version']))].sort()).toEqual(['1.4.0', '2.0.0']);
  });
});

test('delivers metrics and logs of every app to the guide', async () => {
  const answer = async <T>(path: string) => JSON.parse(await lab.text('guide', `/api/${path}`)) as T;
  await eventually(async () => {
    const { services } = await answer<Logs>('logs?limit=1');
    expect(services).toEqual(expect.arrayContaining(['arcade', 'guide', 'prizes']));
    for (const service of ['arcade', 'dice', 'guide', 'prizes', 'visitors']) {
      const { instruments, state } = await answer<Instruments>(`metrics?service=${service}`);
      expect([service, instruments.length > 0, state.dropped]).toEqual([service, true, []]);
    }
  });
});

test('makes the arcade write a log line with the trace id and the span id of a span in Jaeger', async () => {
  const { trace: id } = await lab.play();
  const line = await eventually(async () => {
    const found = (await lab.log('arcade')).split('\n').find((text) => text.includes(`"trace_id":"${id}"`));
    expect(found).toBeDefined();
    return JSON.parse(found ?? '') as { trace_id: string; span_id: string };
  });
  await eventually(async () =>
    expect((await traceOf(lab, line.trace_id)).spans.map((span) => span.spanId)).toContain(line.span_id),
  );
});

describe('editing the code of dice', () => {
  let edited: number;

  beforeAll(async () => {
    const source = await lab.diceSource();
    edited = Date.now();
    await lab.editDice(
      source.replace(
        '\napp.listen(',
        "\napp.get('/fortune', (request, response) => { response.send('You will trace.'); });\n\napp.listen(",
      ),
    );
  });

  test('edited code of dice runs within 5 s of kubectl rollout restart', async () => {
    await eventually(async () => expect(await lab.text('dice', '/fortune')).toBe('You will trace.'), {
      within: 5_000,
      every: 100,
    });
  });

  test('a new span in the code of dice appears in Jaeger within 8 s', async () => {
    await eventually(
      async () => {
        const spans = (await tracesOf(lab, 'dice', edited)).flatMap((trace) => trace.spans);
        expect(spans.map(title)).toContain('dice GET /fortune');
      },
      { within: edited + 8_000 - Date.now(), every: 100 },
    );
  });
});

test('keeps running while Jaeger is down, and delivers the traces when Jaeger is up again', async () => {
  const before = await lab.podUids();
  await lab.scale('jaeger', 0);
  await eventually(async () => expect(await lab.pods('jaeger')).toEqual([]));
  await always(
    async () => {
      await lab.play();
      expect(
        (await lab.pods())
          .filter((pod) => !isLeaving(pod))
          .filter((pod) => !isReady(pod) || restarts(pod) > 0)
          .map((pod) => pod.metadata.name),
      ).toEqual([]);
    },
    { during: 8_000 },
  );
  await lab.scale('jaeger', 1);
  await lab.rolledOut('jaeger');
  await settledRound(lab);
  const { [`${lab.release}-jaeger`]: old, ...others } = before;
  expect(old).toBeDefined();
  expect(await lab.podUids()).toMatchObject(others);
});

test('has not restarted any container of the lab since the install', async () => {
  expect((await lab.pods()).map((pod) => [pod.metadata.name, restarts(pod)])).toEqual(
    (await lab.pods()).map((pod) => [pod.metadata.name, 0]),
  );
});

test('leaves nothing behind after helm uninstall', async () => {
  await lab.uninstall();
  const kinds = (await kubectl('api-resources', '--namespaced', '--verbs=list', '--output=name'))
    .split('\n')
    .filter((kind) => kind !== '' && !kind.startsWith('events'));
  await eventually(
    async () =>
      expect(
        await lab.kubectl('get', kinds.join(','), '-l', `app.kubernetes.io/instance=${lab.release}`, '--output=name'),
      ).toBe(''),
    { every: 1000 },
  );
  expect(await lab.kubectl('get', 'secrets,configmaps,serviceaccounts,roles,rolebindings', '--output=name')).toBe(
    'configmap/kube-root-ca.crt\nserviceaccount/default\n',
  );
});
