// Runs small programs as the code of dice, with the real SDK, and judges what they send as the guide does.
import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { App, buildOutside } from '../../../testing/apps.ts';
import { FakeJaeger } from '../../../testing/jaeger.ts';
import { waitFor } from '../../../../support/waiting.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { settings } from '../../../testing/settings.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { flushAt } from '../pods/dice-report.ts';
import type { Finding, QualityReport } from '../../quality-contract.ts';
import { qualityReport } from './report.ts';

interface Program {
  readonly level?: 'auto' | 'manual';
  readonly settings?: string;
  /** Paths to ask for. The default is to roll four times. */
  readonly paths?: readonly string[];
  /** The findings, each as `level id attribute or name, file:line`. */
  readonly finds: readonly string[];
  /** The score without the digits after the point. */
  readonly score: number;
}

const rolls = (count: number): string[] => Array.from({ length: count }, () => '/rolldice');

const PROGRAMS: Readonly<Record<string, Program>> = {
  deprecated: {
    level: 'auto',
    finds: ['violation deprecated http.url, app.ts:9', 'violation deprecated code.function, app.ts:12'],
    score: 100,
  },
  'reserved-namespace': {
    finds: ['violation missing_attribute http.player, app.ts:9', 'violation missing_attribute server.mood, app.ts:10'],
    score: 100,
  },
  'wrong-type': {
    finds: [
      'violation type_mismatch http.response.status_code, app.ts:11',
      'violation type_mismatch server.port, app.ts:12',
      'information undefined_enum_variant http.request.method, app.ts:13',
    ],
    score: 100,
  },
  'attribute-names': {
    finds: ['violation invalid_format dice.rollValue, app.ts:12', 'improvement missing_namespace hits, app.ts:11'],
    score: 100,
  },
  'span-name': {
    finds: ['improvement id_in_span_name game-{id}, app.ts:12', 'improvement id_in_span_name roll {id}, app.ts:13'],
    score: 85,
  },
  'no-service-name': {
    settings: '# nameless\nOTEL_SERVICE_NAME=\n',
    finds: ['violation entity_required_attribute_not_present service.name, settings.env:2'],
    score: 80,
  },
  'error-status': { finds: ['improvement error_without_description do_roll, app.ts:12'], score: 100 },
  orphan: { finds: ['improvement orphan_span do_roll, app.ts:10'], score: 90 },
  'client-root': { finds: ['improvement client_root_span GET, app.ts:9'], score: 85 },
  loop: { finds: ['improvement many_internal_spans roll_many', 'improvement many_short_spans roll_many'], score: 75 },
  units: {
    finds: ['improvement missing_unit dice.rolls, app.ts:6', 'improvement invalid_unit dice.roll.time, app.ts:7'],
    score: 81,
  },
  'metric-names': {
    finds: [
      'improvement several_units dice.coins, app.ts:8',
      'improvement unit_in_name dice.roll.seconds, app.ts:6',
      'improvement metric_named_like_attribute http.request.size, app.ts:7',
    ],
    score: 50,
  },
  cardinality: {
    paths: rolls(40),
    finds: [
      'improvement high_cardinality player.id, app.ts:14',
      'improvement high_cardinality visit.number, app.ts:15',
    ],
    score: 81,
  },
  'log-severity': { finds: ['improvement missing_severity dice, app.ts:9'], score: 70 },
  levels: {
    settings: 'OTEL_RESOURCE_ATTRIBUTES=http.route=/rolldice,deployment.environment=dev\n',
    finds: [
      'violation deprecated deployment.environment, settings.env:1',
      'improvement attribute_at_wrong_level service.version, app.ts:9',
      'improvement attribute_at_wrong_level http.route, settings.env:1',
    ],
    score: 85,
  },
  // OpenTelemetry's documentation. What the guide advises here is true: the names have a number in them, and the
  // metrics have no unit. Nothing breaks the semantic conventions.
  'docs-instrumentation': {
    level: 'auto',
    paths: ['/rolldice?rolls=4', '/rolldice?rolls=8'],
    finds: [
      'improvement id_in_span_name rollOnce:{id}, app.ts:13',
      'improvement missing_unit dice-lib.rolls.counter, app.ts:9',
    ],
    score: 83,
  },
  'docs-example': {
    level: 'auto',
    paths: ['/rolldice?rolls=3', '/rolldice?rolls=-1'],
    finds: [
      'improvement missing_unit dice.rolls, app.ts:11',
      'improvement missing_unit dice.value, app.ts:12',
      'improvement missing_unit dice.rolls_last_value, app.ts:13',
    ],
    score: 92,
  },
};

const folder = join(import.meta.dirname, '..', '..', '..', 'testing', 'telemetry-programs');

async function judged(dist: string, name: string, program: Program): Promise<QualityReport> {
  const { level = 'manual', settings: text = '', paths = rolls(4) } = program;
  const code = readFileSync(join(folder, `${name}.ts`), 'utf8');
  const [source, env] = [join(dist, 'dice', `${name}.js`), join(dist, 'dice', `${name}.env`)];
  writeFileSync(source, stripTypeScriptTypes(code));
  writeFileSync(env, text);
  const since = Date.now();
  const receiver = await Receiver.start();
  const jaeger = await FakeJaeger.start([receiver]);
  const telemetry = new Telemetry();
  const app = await App.start(
    dist,
    'dice',
    { ...settings(level, receiver), OTEL_NODE_RESOURCE_DETECTORS: 'env', LEARNER_SETTINGS: env },
    [source],
  );
  try {
    await app.ready();
    for (const path of paths) await fetch(app.url + path);
    // On a busy machine, a flush takes longer than it is waited for.
    await waitFor('all telemetry', async () => (await flushAt(app.health)) || undefined);
    for (const { path, bytes } of receiver.requests) {
      if (path === '/v1/metrics') telemetry.accept('metrics', bytes);
      if (path === '/v1/logs') telemetry.accept('logs', bytes);
    }
    const files = { 'app.ts': code, 'settings.env': text, 'collector.yaml': '' };
    const sources = { jaeger: jaeger.url, telemetry, files: () => Promise.resolve(files) };
    return await qualityReport(sources, { since, now: Date.now(), arrived: 0 });
  } finally {
    ending.push(app.stop().then(() => receiver.stop()));
    jaeger.stop();
  }
}

/** The programs that are ending. The next ones start meanwhile. */
const ending: Promise<void>[] = [];

const inShort = ({ level, id, attribute, subject, place }: Finding): string =>
  `${level} ${id} ${attribute ?? subject}${place ? `, ${place.file}:${place.line}` : ''}`;

const built = buildOutside();
afterAll(async () => {
  await Promise.all(ending);
  (await built).remove();
});

/** Programs start in lanes, because a start needs much CPU time. */
const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve(), Promise.resolve(), Promise.resolve()];
const reports = new Map(
  Object.entries(PROGRAMS).map(([name, program], index) => {
    const lane = index % lanes.length;
    const report = Promise.resolve(lanes[lane]).then(async () => judged((await built).dist, name, program));
    lanes[lane] = report.catch(() => undefined);
    return [name, report] as const;
  }),
);

beforeAll(() => Promise.allSettled(reports.values()), 180_000);

describe.each(Object.entries(PROGRAMS))('%s', (name, { finds, score }) => {
  test('has exactly the expected findings', async () => {
    const report = await reports.get(name);
    expect(report?.findings.map(inShort)).toEqual(finds);
  });

  test('has the expected score', async () => {
    const report = await reports.get(name);
    expect(Math.floor(report?.score?.value ?? NaN)).toBe(score);
  });
});
