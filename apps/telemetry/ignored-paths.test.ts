import { isIgnoredPath, ignorePaths } from './ignored-paths.ts';

beforeAll(() => ignorePaths(['/jaeger', '/api/status']));

test.each(['/jaeger', '/jaeger/', '/jaeger/api/traces?limit=1', '/api/status', '/api/status?x'])(
  'ignores %s',
  (url) => {
    expect(isIgnoredPath(url)).toBe(true);
  },
);

test.each(['/', '/jaegers', '/api/rounds', '/?next=/jaeger'])('traces %s', (url) => {
  expect(isIgnoredPath(url)).toBe(false);
});
