import { settingsFrom } from './settings.ts';

test.each([
  'https://class.example.com',
  'https://labs.example.com:8443',
  'http://localhost:8080',
  'https://1a.example',
])('gives each seat a host below %s', (url) => {
  expect(settingsFrom({ PORTAL_URL: url, PORTAL_SUBDOMAINS: 'true' }).subdomains).toBe(true);
});

test.each(['', 'https://10.0.0.1', 'http://127.0.0.1:8080', 'http://[::1]:8080', 'https://0x7f.1'])(
  'refuses hosts for seats with the URL %j, and says what to set',
  (url) => {
    expect(() => settingsFrom({ PORTAL_URL: url, PORTAL_SUBDOMAINS: 'true' })).toThrow('Set portal.url.');
    expect(settingsFrom({ PORTAL_URL: url, PORTAL_SUBDOMAINS: 'false' }).subdomains).toBe(false);
  },
);
