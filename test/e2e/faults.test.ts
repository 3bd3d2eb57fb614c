// Tests each fault of the course on a real node: it soon shows in Jaeger, hits all its victims and nobody else, and
// soon stops after it is switched off. Its victims are some of the visitors. Only prizes knows them, and no page shows
// them.
import { FAULTS, truthOf } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import type { AttributeValue } from '../../otlp/attributes.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { tracesOf } from '../support/otlp/traces.ts';

/** The time limits that the project promises, in milliseconds. */
const PROMISED = { effect: 5_000, evidence: 30_000 };
/**
 * The number of victims in a row that must be hit before the test takes the fault as on, or be spared before it takes
 * the fault as off. Chance rarely does either.
 */
const ENOUGH = 3;

const lab = new Lab(useNamespace('e2e-faults'));
const truth = truthOf({ release: lab.release, namespace: lab.namespace });

beforeAll(async () => {
  await lab.install();
  await lab.settled();
  // The step tells its reader to set this load.
  await put('/load', { perMinute: 120 });
}, 150_000);

function put(path: string, body: object): Promise<string> {
  return lab.text('guide', `/api${path}`, {
    method: 'PUT',
    headers: { 'x-intro-otel': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The milliseconds above which a request to prizes counts as slow: most of the 500 ms that a round may take. */
const MOST_OF_A_ROUND = 400;

/** What a learner can read about a round in its trace in Jaeger. */
interface Round {
  /** The time of the request to prizes, in milliseconds since 1970. */
  at: number;
  version: string;
  pool: string;
  client: string;
  plugins: string[];
  /** The HTTP statuses with which prizes and the arcade answered. */
  status: { prizes: number; arcade: number };
  /**
   * Whether prizes took most of the 500 ms that a round may take. Without a fault, this happens only on a busy machine.
   */
  waited: boolean;
}

/** Reads a round from its trace. @returns an empty list if the trace has no request to prizes or is incomplete */
function roundOf({ spans }: Trace): Round[] {
  const served = (name: string): Span | undefined =>
    spans.find(({ service, kind }) => service === name && kind === 'server');
  const [prizes, arcade] = [served('prizes'), served('arcade')];
  if (prizes === undefined || arcade === undefined) return [];
  const status = (span: Span): number => Number(span.attributes['http.response.status_code'] ?? 0);
  const header = (name: string): string => textOf(prizes.attributes[`http.request.header.${name}`]);
  return [
    {
      at: prizes.start,
      waited: prizes.duration > MOST_OF_A_ROUND,
      status: { prizes: status(prizes), arcade: status(arcade) },
      version: textOf(prizes.resource['service.version']),
      pool: textOf(prizes.resource['deployment.node_pool']),
      client: header('x-client-version'),
      plugins: header('x-browser-plugins').split(', '),
    },
  ];
}

/** Returns the text of a header attribute. The attribute is a list, because a header may be sent more than once. */
const textOf = (value: AttributeValue | undefined): string =>
  [value ?? '']
    .flat()
    .filter((one) => typeof one === 'string')
    .join(', ');

interface Story {
  isMeant: (round: Round) => boolean;
  isHit: (round: Round) => boolean;
  /**
   * Returns whether the trace shows that the fault did not hit the round. On a busy machine `isHit` and `isSpared` may
   * both be false, because the request of a hit round reached prizes late.
   */
  isSpared: (round: Round) => boolean;
  switchOff: () => Promise<unknown>;
}

const stories: Record<FaultName, Story> = {
  spike: {
    isMeant: ({ version, client }) => version === truth.spike.version && client === truth.spike.client,
    isHit: ({ status }) => [400, 500].includes(status.prizes) && status.arcade >= 400,
    isSpared: ({ status }) => status.prizes === 200,
    switchOff: () => put('/faults', { name: 'spike', on: false }),
  },
  timeouts: {
    isMeant: ({ version, pool, plugins }) =>
      version === truth.timeouts.version && pool === truth.timeouts.pool && plugins.includes(truth.timeouts.plugin),
    isHit: ({ status, waited }) => waited && status.arcade === 504,
    isSpared: ({ status }) => status.arcade === 200,
    // Switches the fault off as the operator does for a class: in the ConfigMap, without a request to the guide, which
    // has to notice.
    switchOff: () =>
      lab.kubectl('patch', 'configmap', `${lab.release}-faults`, '--type=merge', '--patch', '{"data":{"faults":""}}'),
  },
};

async function roundsSince(moment: number): Promise<Round[]> {
  const traces = await tracesOf(lab, 'prizes', moment);
  return traces
    .flatMap(roundOf)
    .filter(({ at }) => at > moment)
    .sort((one, other) => one.at - other.at);
}

describe.each(FAULTS)('switching the fault "%s"', (name) => {
  const { isMeant, isHit, isSpared, switchOff } = stories[name];

  test('a fault shows in Jaeger within 30 s, and hits all its victims and no other visitor', async () => {
    const since = Date.now();
    await put('/faults', { name, on: true });
    const evidence = await eventually(
      async () => {
        expect((await roundsSince(since)).filter(isHit)).not.toEqual([]);
        return Date.now() - since;
      },
      { within: PROMISED.evidence },
    );
    const rounds = await eventually(
      async () => {
        const found = await roundsSince(since);
        expect(found.filter((round) => isHit(round) && isMeant(round)).length).toBeGreaterThanOrEqual(ENOUGH);
        expect(found.filter((round) => !isMeant(round)).length).toBeGreaterThanOrEqual(ENOUGH);
        return found;
      },
      { within: PROMISED.evidence },
    );
    const missed = rounds.filter((round) => isMeant(round) && isSpared(round));
    expect(missed.filter(({ at }) => at > since + PROMISED.effect)).toEqual([]);
    expect(rounds.filter((round) => !isMeant(round) && isHit(round))).toEqual([]);
    say(
      `${name}: evidence in Jaeger ${inSeconds(evidence)} after switching on; ${rounds.filter(isHit).length} of ` +
        `${rounds.length} rounds hit, all of them victims; the last victim that was spared ${lastOf(missed, since)}`,
    );
  });

  test('a fault hits nobody 30 s after it is switched off', async () => {
    const since = Date.now();
    await switchOff();
    const { rounds, gone } = await eventually(
      async () => {
        const found = (await roundsSince(since)).filter((round) => isMeant(round) && (isHit(round) || isSpared(round)));
        const last = found.findLastIndex(isHit);
        expect(found.length - 1 - last).toBeGreaterThanOrEqual(ENOUGH);
        return { rounds: found, gone: Date.now() - since };
      },
      { within: PROMISED.evidence },
    );
    const hit = rounds.filter(isHit);
    expect(hit.filter(({ at }) => at > since + PROMISED.effect)).toEqual([]);
    say(
      `${name}: ${ENOUGH} rounds of victims in a row spared, and in Jaeger, ${inSeconds(gone)} after switching off; ` +
        `the last hit ${lastOf(hit, since)}`,
    );
  });
});

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const lastOf = (rounds: Round[], since: number): string =>
  rounds.length === 0 ? 'was before' : `came ${inSeconds((rounds.at(-1)?.at ?? 0) - since)} after`;
