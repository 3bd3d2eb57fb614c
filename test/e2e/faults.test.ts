// The stories of the course's last lesson but one, on the real node: each fault gives its evidence soon after it is switched on, hits whom it says and
// nobody else, and is gone soon after it is switched off. Whom it hits is what prizes knows, and no page does.
import { FAULTS, truthOf } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import type { AttributeValue, Span, Trace } from '../../otlp/traces.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../support/matchers/eventually.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { tracesOf } from '../support/otlp/traces.ts';

/** What is promised, in milliseconds. */
const PROMISED = { effect: 5_000, evidence: 30_000 };
/** Of those that a fault hits each time: so many in a row can't have been spared by chance. */
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

/** A round as a learner reads it in Jaeger. */
interface Round {
  /** When prizes was asked, in milliseconds. */
  at: number;
  version: string;
  pool: string;
  client: string;
  plugins: string[];
  /** What prizes answered, and the arcade. */
  status: { prizes: number; arcade: number };
  /** Whether it was prizes that most of a round's 500 ms went by in: on a busy machine anything may be slow. */
  waited: boolean;
}

/** @returns no round where prizes was not asked, or not all of it is there yet */
function roundOf({ spans }: Trace): Round[] {
  const served = (name: string): Span | undefined =>
    spans.find(({ service, kind }) => service === name && kind === 'server');
  const [prizes, arcade] = [served('prizes'), served('arcade')];
  if (prizes === undefined || arcade === undefined) return [];
  const [status, slow] = [(of: Span): number => Number(of.attributes['http.response.status_code'] ?? 0), 400];
  const header = (name: string): string => textOf(prizes.attributes[`http.request.header.${name}`]);
  return [
    {
      at: prizes.start,
      waited: prizes.duration > slow,
      status: { prizes: status(prizes), arcade: status(arcade) },
      version: textOf(prizes.resource['service.version']),
      pool: textOf(prizes.resource['deployment.node_pool']),
      client: header('x-client-version'),
      plugins: header('x-browser-plugins').split(', '),
    },
  ];
}

/** A header may be sent more than once, so what it says is a list. */
const textOf = (value: AttributeValue | undefined): string =>
  [value ?? '']
    .flat()
    .filter((one) => typeof one === 'string')
    .join(', ');

interface Story {
  isMeant: (round: Round) => boolean;
  isHit: (round: Round) => boolean;
  /** Went well: on a busy machine a round that was hit may look otherwise, as it was late when it came to prizes. */
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
    // As the operator does it for a class: the guide is not asked, and has to notice.
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

  test('switched on, gives its evidence within 30 s, and hits all whom it is meant for, and nobody else', async () => {
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
      `${name}: evidence in Jaeger ${inSeconds(evidence)} after switching on; ${rounds.filter(isHit).length} of ${rounds.length} rounds hit, all of them meant; the last that was meant and not hit ${lastOf(missed, since)}`,
    );
  });

  test('switched off, is gone within 30 s', async () => {
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
      `${name}: ${ENOUGH} rounds in a row of those it was meant for spared, and in Jaeger, ${inSeconds(gone)} after switching off; the last that was hit ${lastOf(hit, since)}`,
    );
  });
});

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const lastOf = (rounds: Round[], since: number): string =>
  rounds.length === 0 ? 'was before' : `came ${inSeconds((rounds.at(-1)?.at ?? 0) - since)} after`;
