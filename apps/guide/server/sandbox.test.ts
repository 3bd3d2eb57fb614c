import { locationWithin, sandboxedHeaders } from './sandbox.ts';

const address = { base: '/apps/dice', url: 'http://lab-dice:8080', path: '/old/page', root: '../../../' };

describe('locationWithin', () => {
  test.each([
    ['/visit', '/apps/dice/visit'],
    ['visit', '/apps/dice/old/visit'],
    ['?again=1', '/apps/dice/old/page?again=1'],
    ['/', '/apps/dice/'],
    ['/apps/dice', '/apps/dice'],
    ['/apps/dice/visit#top', '/apps/dice/visit#top'],
    ['http://lab-dice:8080/visit', '/apps/dice/visit'],
    ['', '/apps/dice/old/page'],
    // All of these try to leave the app. The path then stays below the app.
    ['/api/files', '/apps/dice/api/files'],
    ['/apps/dice/../../api/files', '/apps/dice/api/files'],
    ['/apps/dice/%2e%2e/%2e%2e/lab', '/apps/dice/lab'],
    ['/apps/dice\\..\\..\\lab', '/apps/dice/lab'],
    ['../../../../lab', '/apps/dice/lab'],
    ['/apps/dice-two/', '/apps/dice/apps/dice-two/'],
    ['/apps/arcade/play', '/apps/dice/apps/arcade/play'],
    ['http://lab-dice:8080//evil.example/', '/apps/dice//evil.example/'],
  ])('maps %s to %s', (location, expected) => {
    expect(locationWithin(location, address)).toBe(expected);
  });

  test.each([
    'http://evil.example/',
    'https://lab-dice:8080/',
    'http://lab-dice/',
    'http://lab-dice:8081/',
    'http://lab-dice:8080@evil.example/',
    '//evil.example/',
    '\\\\evil.example\\',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'http://[',
    'http:evil',
  ])('refuses %j, which leads out of the app or nowhere', (location) => {
    const found = locationWithin(location, address);
    expect(found === undefined || found.startsWith('/apps/dice/')).toBe(true);
    expect(found ?? '').not.toMatch(/^\/\/|:\/\//);
  });

  test('refuses a redirect if the request itself had an absolute URL', () => {
    expect(locationWithin('/visit', { ...address, path: 'http://evil.example/' })).toBeUndefined();
  });
});

test('drops every header of an app that is not on the list', () => {
  const hostile = {
    'set-cookie': ['a=1; Path=/'],
    'clear-site-data': '"*"',
    'service-worker-allowed': '/',
    refresh: '0;url=/lab',
    link: '</api/files>; rel=preload; as=fetch',
    'access-control-allow-origin': 'null',
    'content-security-policy': 'sandbox allow-same-origin',
    'content-security-policy-report-only': 'default-src *',
    'cross-origin-opener-policy': 'unsafe-none',
    'strict-transport-security': 'max-age=99999999',
    'alt-svc': 'h3=":443"',
    'report-to': '{}',
    nel: '{}',
    'cache-control': 'max-age=31536000',
    expires: 'Fri, 01 Jan 2100 00:00:00 GMT',
    etag: '"1"',
    'last-modified': 'Fri, 01 Jan 2027 00:00:00 GMT',
    'www-authenticate': 'Basic realm="your password"',
    'permissions-policy': 'camera=*',
    'x-frame-options': 'ALLOWALL',
    sourcemap: '/api/files',
    upgrade: 'websocket',
    'proxy-authenticate': 'Basic',
    'speculation-rules': '"/api/course/reset"',
    'document-policy': 'x',
    'origin-agent-cluster': '?0',
  };
  expect(sandboxedHeaders({ ...hostile, 'content-type': 'text/html' }, address)).toEqual({
    'content-type': 'text/html',
  });
});
