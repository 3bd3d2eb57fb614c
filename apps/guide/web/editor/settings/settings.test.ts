import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../../../../support/paths.ts';
import { VARIABLES } from '../../../../telemetry/variables.ts';
import { checkSettings, settingsAssistant } from './settings.ts';
import { SETTINGS } from './settings-table.ts';

test("describes the variables that the image's SDK reads, and no others", () => {
  expect([...SETTINGS.keys()].sort()).toEqual([...VARIABLES].sort());
});

test.each([
  ['OTEL_TRACE_EXPORTER=otlp', 'The SDK of the image reads no OTEL_TRACE_EXPORTER. Did you mean OTEL_TRACES_EXPORTER?'],
  ['OTEL_TRACES_EXPORTER=oltp', 'OTEL_TRACES_EXPORTER is one of otlp, console, zipkin, none, and this is `oltp`.'],
  ['OTEL_TRACES_EXPORTER=console,jaeger', 'is one of otlp, console, zipkin, none'],
  ['INSTRUMENTATION=automatic', 'INSTRUMENTATION is one of none, auto, manual'],
  ['OTEL_BSP_SCHEDULE_DELAY=1s', 'is a number of milliseconds, without a unit, such as 1000'],
  ['OTEL_TRACES_SAMPLER_ARG=50', 'is a number from 0 to 1'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318', 'is a URL that begins with http:// or https://'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL=http', 'is one of http/protobuf, http/json, grpc'],
  ['OTEL_RESOURCE_ATTRIBUTES=team: blue', 'is name=value, separated by commas'],
  ['OTEL_SDK_DISABLED=yes', 'is true or false'],
  ['PORT=80', 'dice takes only INSTRUMENTATION and OTEL_… from this file, and ignores PORT.'],
  ['OTEL_SERVICE_NAME dice', 'Write NAME=value. dice ignores this line.'],
  ['OTEL_SERVICE_NAME=other', 'OTEL_SERVICE_NAME is also on line 2. This line wins.'],
])('marks %s', (line, words) => {
  const text = `# a comment\nOTEL_SERVICE_NAME=dice\n\n  ${line}\n`;
  const found = checkSettings(text);
  expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  expect(text.slice(found[0]?.from, found[0]?.to)).toBe(line);
});

test.each([
  'export OTEL_SERVICE_NAME="my dice"',
  "OTEL_RESOURCE_ATTRIBUTES='team=blue,service.version=1'",
  'OTEL_TRACES_EXPORTER=otlp,console # both',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://collector:4318/v1/traces',
  'OTEL_LOG_LEVEL=DEBUG',
  'OTEL_TRACES_SAMPLER_ARG=0.25',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS=fs',
  'OTEL_SERVICE_NAME=',
])('finds no mistake in %s', (line) => {
  expect(checkSettings(`${line}\n`)).toEqual([]);
});

test("finds no mistake in the lab's own settings.env", () => {
  expect(checkSettings(readFileSync(join(repoRoot, 'apps', 'dice', 'settings.env'), 'utf8'))).toEqual([]);
});

const labels = async (text: string) => {
  const found = await settingsAssistant.suggest(text.replace('|', ''), text.indexOf('|'));
  return [found?.from, found?.items.map(({ label }) => label) ?? []] as const;
};

test('offers names at the start of a line, and the values of a name after the equals sign', async () => {
  expect(await labels('A=1\nOTEL_TR|')).toEqual([4, expect.arrayContaining(['OTEL_TRACES_SAMPLER='])]);
  expect(await labels('OTEL_TR|=x')).toEqual([0, expect.arrayContaining(['OTEL_TRACES_SAMPLER'])]);
  expect(await labels('INSTRUMENTATION=|')).toEqual([16, ['none', 'auto', 'manual']]);
  expect(await labels('OTEL_TRACES_EXPORTER=otlp,co|')).toEqual([26, ['otlp', 'console', 'zipkin', 'none']]);
  expect(await labels('# OTEL_|')).toEqual([undefined, []]);
  expect(await labels('SOMETHING=|')).toEqual([undefined, []]);
});

test('explains a variable: what it sets, its values and its default', async () => {
  expect(await settingsAssistant.explain('\nOTEL_PROPAGATORS=b3', 5)).toEqual({
    from: 1,
    to: 20,
    code: 'OTEL_PROPAGATORS',
    text: [
      'How the context travels in headers.',
      'Values: tracecontext, baggage, b3, b3multi, none.',
      'Without it: tracecontext,baggage.',
    ],
  });
  expect((await settingsAssistant.describe('', 0, 'OTEL_LOG_LEVEL='))?.code).toBe('OTEL_LOG_LEVEL');
});
