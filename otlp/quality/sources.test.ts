import { Sources } from './sources.ts';

const sources = new Sources({
  'app.ts': `import {
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
// span.setAttribute('url.path', path);
span.setAttribute('url.path', path);
span.setAttributes({ [ATTR_SERVER_PORT]: 8080, hits, "roll.value": 3 });
tracer.startSpan(\`roll \${id}\`);
`,
  'settings.env': '# OTEL_SERVICE_NAME=dice\nexport OTEL_SERVICE_NAME=\nOTEL_RESOURCE_ATTRIBUTES=team.name=blue,a=b',
  'collector.yaml': 'processors:\n  attributes:\n    actions:\n      - { key: lab.seat, value: 5, action: insert }\n',
});

test.each([
  ['url.path', { file: 'app.ts', line: 5 }],
  ['server.port', { file: 'app.ts', line: 6 }],
  ['hits', { file: 'app.ts', line: 6 }],
  ['roll.value', { file: 'app.ts', line: 6 }],
  ['team.name', { file: 'settings.env', line: 3 }],
  ['lab.seat', { file: 'collector.yaml', line: 4 }],
  ['lab', undefined],
  ['url.query', undefined],
])('finds the line of the attribute %s', (name, place) => {
  expect(sources.attribute(name)).toEqual(place);
});

test('finds a template by what stands before its id, and a setting that is no comment', () => {
  expect(sources.template('roll ')).toEqual({ file: 'app.ts', line: 7 });
  expect(sources.setting('OTEL_SERVICE_NAME')).toEqual({ file: 'settings.env', line: 2 });
});

test.each([
  ['lines of code', "span.setAttribute('a.b', 1);\n"],
  ['imports without an end', 'import a from\n'],
])('stays fast when somebody sends thousands of names to look for in many %s', (_what, line) => {
  const start = performance.now();
  const large = new Sources({ 'app.ts': line.repeat(9_000) });
  for (let index = 0; index < 100_000; index += 1) large.attribute(`no.such.name${index}`);
  expect(performance.now() - start).toBeLessThan(3_000);
});
