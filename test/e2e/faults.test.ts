// Tests each fault of the course on the real node: it shows evidence soon, hits exactly its victims, and is gone soon
// after it is switched off. Only prizes knows the victims, and no page does.
import { FAULTS, truthOf } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import type { AttributeValue, Span, Trace } from '../../otlp/traces.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { tracesOf } from '../support/otlp/traces.ts';

/** The promised times, in milliseconds. */
const PROMISED = { effect: 5_000, evidence: 30_000 };
/** So many victims in a row can't be spared by chance. */
const ENOUGH = 3;

const lab = new Lab(useNamespace('e2e-faults'));
const truth = truthOf({ release: lab.release, namespace: lab.namespace });

beforeAll(async () => {
  await lab.install();
  await lab.settled();
  // As the step tells its reader.
  await put('/load', { perMinute: 120 });
}, 150_000);

function put(path: string, body: object): Promise<string> {
  return lab.text('guide', `/api${path}`, {
    method: 'PUT',
    headers: { 'x-intro-otel': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Milliseconds: most of the 500 that a round has. */
const MOST_OF_A_ROUND = 400;

/** A round as a learner reads it in Jaeger. */
interface Round {
  /** When prizes was asked, in milliseconds since 1970. */
  at: number;
  version: string;
  pool: string;
  client: string;
  plugins: string[];
  /** The statuses that prizes and the arcade answered. */
  status: { prizes: number; arcade: number };
  /** Whether prizes took most of a round's 500 ms: on a busy machine anything may be slow. */
  waited: boolean;
}

/** @returns undefined if prizes was not asked, or not all of the round is in Jaeger yet */
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

/** A header may be sent more than once, so its value is a list. */
const textOf = (value: AttributeValue | undefined): string =>
  [value ?? '']
    .flat()
    .filter((one) => typeof one === 'string')
    .join(', ');

interface Story {
  isMeant: (round: Round) => boolean;
  isHit: (round: Round) => boolean;
  /**
   * Whether the round went well. On a busy machine even a hit round may look different, because it reached prizes late.
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
    // Sets it as the operator does for a class. The guide is not asked, and has to notice.
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

describe.each(FAULTS)('%s', (name) => {
  const { isMeant, isHit, isSpared, switchOff } = stories[name];

  test('shows its evidence within 30 s of being switched on, and hits all its victims and nobody else', async () => {
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

  test('is gone within 30 s of being switched off', async () => {
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
