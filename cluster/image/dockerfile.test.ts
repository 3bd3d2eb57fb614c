import { readFileSync } from 'node:fs';
import { FLASK, LAB } from './recipes.ts';
import { readDockerfile } from './dockerfile.ts';

const base = { Cmd: ['node'], Env: ['PATH=/usr/bin', 'A=1'] };
const stage = (...lines: string[]) => readDockerfile(['FROM ${BASE}', ...lines].join('\n'), base);

test("reads the lab's Dockerfile", () => {
  const { config, copies } = readDockerfile(readFileSync(LAB.dockerfile, 'utf8'), base);
  expect(config).toEqual({
    Cmd: ['node', '--import', '/app/telemetry.js', '/app/guide.js'],
    Env: [
      'PATH=/usr/bin',
      'A=1',
      'NODE_ENV=production',
      'NODE_OPTIONS=--max-semi-space-size=1',
      'MALLOC_ARENA_MAX=1',
      'MALLOC_TRIM_THRESHOLD_=65536',
      'MALLOC_MMAP_THRESHOLD_=16384',
      'MALLOC_TOP_PAD_=16384',
    ],
    Labels: expect.objectContaining({ 'org.opencontainers.image.title': 'intro-otel' }) as object,
    User: '10001:10001',
    WorkingDir: '/app',
  });
  expect(copies).toEqual([{ from: 'dist', to: '/app' }]);
});

test("reads the stage of the Flask app's Dockerfile that runs no command", () => {
  const text = readFileSync(FLASK.dockerfile, 'utf8');
  const { config, copies } = readDockerfile(text, base, FLASK.withoutRegistry.target);
  expect(config.Env).toContain('PATH=/app/packages/bin:/usr/bin');
  expect(config).toMatchObject({ StopSignal: 'SIGINT', User: '10001:10001', Cmd: ['sh', '/app/run.sh'] });
  expect(copies).toEqual([{ from: '.', to: '/app' }]);
});

test('does not change the configuration of the base image', () => {
  stage('ENV A=2', 'CMD ["x"]');
  expect(base).toEqual({ Cmd: ['node'], Env: ['PATH=/usr/bin', 'A=1'] });
});

test.each([
  ['a command', ['RUN apt-get update'], 'found RUN apt-get update'],
  ['an entry point, which our images do not have', ['ENTRYPOINT ["a"]'], 'found ENTRYPOINT'],
  ['an argument of the stage', ['ARG A=1'], 'found ARG A=1'],
  ['a COPY with an option', ['COPY --chown=1 a b'], 'found COPY --chown=1 a b'],
  ['a COPY with two sources', ['COPY a b c'], 'found COPY a b c'],
  ['a command for a shell', ['CMD node guide.js'], 'found node guide.js'],
  ['a variable that is not set', ['ENV B=$C'], 'found $C'],
  ['a label without a value', ['LABEL a=1 b'], 'found  b'],
  ['a line in lower case', ['user 1'], 'found user 1'],
])('refuses %s', (_, lines, message) => {
  expect(() => stage(...lines)).toThrow(message);
});

test('refuses a stage on another base, a missing stage, and two stages without a name to choose by', () => {
  expect(() => readDockerfile('FROM node:24\nUSER 1', base)).toThrow('found FROM node:24');
  expect(() => readDockerfile('FROM ${BASE} AS one', base, 'two')).toThrow('expected one stage two');
  expect(() => readDockerfile('FROM ${BASE} AS one\nFROM one', base)).toThrow('found 2');
});
