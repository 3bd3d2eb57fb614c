import { isIgnoredPath, ignorePaths } from './ignored-paths.ts';

beforeAll(() => ignorePaths(['/jaeger', '/api/status']));

test.each(['/jaeger', '/jaeger/', '/jaeger/api/traces?limit=1', '/api/status', '/api/status?x'])(
  '%s is left out of the traces',
  (url) => {
    expect(isIgnoredPath(url)).toBe(true);
  },
);

test.each(['/', '/jaegers', '/api/rounds', '/?next=/jaeger'])('%s is traced', (url) => {
  expect(isIgnoredPath(url)).toBe(false);
});
