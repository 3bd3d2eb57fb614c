import { isIgnoredPath, ignorePaths } from './ignored-paths.ts';

beforeAll(() => ignorePaths(['/jaeger', '/api/status']));

test.each(['/jaeger', '/jaeger/', '/jaeger/api/traces?limit=1', '/api/status', '/api/status?x'])(
  'creates no span for a request to %s',
  (url) => {
    expect(isIgnoredPath(url)).toBe(true);
  },
);

test.each(['/', '/jaegers', '/api/rounds', '/?next=/jaeger'])('creates spans for a request to %s', (url) => {
  expect(isIgnoredPath(url)).toBe(false);
});
