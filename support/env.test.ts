import { fromEnv, numberFromEnv, portFromEnv, urlFromEnv } from './env.ts';

const name = 'A_SETTING';
const set = (value: string | undefined) => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};
afterEach(() => set(undefined));

test('reads an environment variable without the spaces around its value', () => {
  set(' blue ');
  expect(fromEnv(name)).toBe('blue');
});

test('throws an error that names the missing environment variable', () => {
  expect(() => fromEnv(name)).toThrow('A_SETTING is not set');
});

test('uses the fallback number if the environment variable is not set', () => {
  expect(numberFromEnv(name, 500)).toBe(500);
});

test.each(['many', '0', '-1'])(
  'refuses the value "%s" of an environment variable that must be a number greater than 0',
  (value) => {
    set(value);
    expect(() => numberFromEnv(name, 1)).toThrow(`A_SETTING is "${value}": expected a number greater than 0`);
  },
);

test.each(['65536', '80.5'])('refuses the value "%s" of an environment variable that must be a port', (value) => {
  set(value);
  expect(() => portFromEnv(name, 1)).toThrow('expected a port, 1 to 65535');
});

test('reads a URL from an environment variable without the slash at its end', () => {
  set('http://arcade:8080/');
  expect(urlFromEnv(name)).toBe('http://arcade:8080');
});

test.each(['arcade:8080', 'ftp://arcade', 'arcade'])(
  'refuses the value "%s" of an environment variable that must be the URL of a service',
  (value) => {
    set(value);
    expect(() => urlFromEnv(name)).toThrow('expected a URL such as http://arcade:8080');
  },
);
