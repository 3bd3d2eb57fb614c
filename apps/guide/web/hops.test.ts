import type { PipelineHop } from '../contract.ts';
import { firstBroken, reasonInWords } from './hops.ts';

type Part = PipelineHop['signal'];

const hop = (signal: Part, name: PipelineHop['name'], more: Partial<PipelineHop> = {}): PipelineHop => ({
  ...{ signal, name, ok: false, says: 'is gone' },
  ...more,
});
const fine = { ok: true, says: 'works' };

const charts = hop('charts', 'collector', {
  says: 'collector.yaml, line 4: the pipeline metrics/red exports to debug only, so no charts come to the guide',
  place: 'collector.yaml, line 4',
  todo: 'Write exporters: [debug, otlp_http/guide] there, then Run.',
});
const sdk = hop('traces', 'sdk', { says: 'INSTRUMENTATION is none', todo: 'Set INSTRUMENTATION=auto.' });

test('blames what makes the charts before dice, if there are none at all', () => {
  expect(firstBroken([sdk, charts, hop('charts', 'guide')], 'charts', 'all')).toBe(charts);
  expect(firstBroken([sdk, hop('charts', 'collector', fine)], 'charts', 'all')).toBe(sdk);
});

test('blames dice only, if only its charts have ended', () => {
  expect(firstBroken([charts, sdk], 'charts', 'dice')).toBe(sdk);
  expect(firstBroken([charts, hop('traces', 'sdk', fine)], 'charts', 'dice')).toBeUndefined();
});

test('blames neither Jaeger, nor other signals, nor a hop that was not tested', () => {
  const others = [hop('traces', 'jaeger'), hop('logs', 'collector'), hop('traces', 'exporter', { untested: true })];
  expect(firstBroken(others, 'charts', 'all')).toBeUndefined();
  expect(firstBroken(others, 'metrics', 'all')).toBeUndefined();
  expect(firstBroken(others, 'logs', 'all')).toBe(others[1]);
});

test('blames no hop that only suffers from a later one, unless there is no other', () => {
  const [suffers, cause] = [hop('logs', 'exporter'), hop('logs', 'collector', { todo: 'Start it.' })];
  expect(firstBroken([suffers, cause], 'logs', 'all')).toBe(cause);
  expect(firstBroken([suffers], 'logs', 'all')).toBe(suffers);
});

test('says the cause first, then the place, then what to do', () => {
  expect(reasonInWords(charts)).toBe(
    'The pipeline metrics/red exports to debug only, so no charts come to the guide (collector.yaml, line 4). ' +
      'To do: Write exporters: [debug, otlp_http/guide] there, then Run.',
  );
  expect(reasonInWords(sdk)).toBe('INSTRUMENTATION is none (SDK, in dice). To do: Set INSTRUMENTATION=auto.');
  expect(reasonInWords(hop('charts', 'guide'))).toBe('Is gone (Guide).');
});
