import { json, sha256 } from './canonical-json.ts';
import { valueCompute } from './compute-values.ts';
import { labValues } from './values.ts';

const compute = valueCompute(labValues.default);

test("prints JSON exactly as Go's package encoding/json does", () => {
  const value = {
    b: [1, 1e21, 1e-7, true, null],
    a: { html: '<a&b>', lines: '\u2028\u2029', control: '\b\f\n\u0001' },
  };
  expect(json(value)).toBe(
    '{"a":{"control":"\\b\\f\\n\\u0001","html":"\\u003ca\\u0026b\\u003e","lines":"\\u2028\\u2029"},' +
      '"b":[1,1e+21,1e-7,true,null]}',
  );
});

test("sorts an object's keys by their UTF-8 bytes, like Go", () => {
  expect(json({ '\u{1f3b2}': 1, '\uff61': 2, Z: 3, a: 4 })).toBe('{"Z":3,"a":4,"\uff61":2,"\u{1f3b2}":1}');
});

test('hashes the UTF-8 bytes of a text, and prints the hash in lower-case hexadecimal', () => {
  expect(sha256('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});

test('joins lists, and keeps only the first of several equal items', () => {
  expect(compute.union(['a', 'b'], ['b', 'c'], ['a'])).toEqual(['a', 'b', 'c']);
});

test('lets the user override each setting of a Collector component, even with an empty value', () => {
  expect(compute.overlay({ batch: { timeout: '1s', size: 5 } }, { batch: { timeout: '' }, new: {} })).toEqual({
    batch: { timeout: '', size: 5 },
    new: {},
  });
});

test('adds default settings only to Collector components whose name starts with the given prefix', () => {
  const all = { 'otlp_grpc/a': { queue: 1 }, otlp_http: {}, debug: {} };
  expect(compute.complete(all, 'otlp', { queue: 9 })).toEqual({
    'otlp_grpc/a': { queue: 1 },
    otlp_http: { queue: 9 },
    debug: {},
  });
});

test('prints Collector components as YAML lines whose values are JSON', () => {
  expect(compute.componentLines({ nop: {}, 'otlp_grpc/a': { tls: { insecure: true } } })).toBe(
    '  "nop": {}\n  "otlp_grpc/a":\n    "tls": {"insecure":true}\n',
  );
});

test('refuses the name of an undefined Collector component, and lists the defined components', () => {
  expect(() => compute.defined('some.path', ['a', 'c'], { b: {}, a: {} })).toThrow(
    'some.path names "c", which is not defined. Use one of: a, b; or define it.',
  );
});

test("sorts environment variables, prefers the user's variables, and turns numbers and booleans into text", () => {
  expect(compute.env({ B: 'own', C: 'own' }, { C: 1e21, A: false, B: '' })).toEqual([
    { name: 'A', value: 'false' },
    { name: 'B', value: '' },
    { name: 'C', value: '1e+21' },
  ]);
});

test.each([
  ['ClusterIP', 30080, undefined],
  ['NodePort', 0, undefined],
  ['NodePort', 30080, 30080],
  ['LoadBalancer', 30080, 30080],
] as const)('sets nodePort of a %s Service with the value nodePort %d to %s', (type, nodePort, expected) => {
  expect(compute.nodePort({ type, nodePort })).toBe(expected);
});

test('uses the dice example with hand-written spans only at instrumentation level manual', () => {
  const source = (instrumentation: 'none' | 'auto' | 'manual'): string =>
    valueCompute({ ...labValues.default, instrumentation }).ownText('app.ts').current;
  expect(source('manual')).toContain('@opentelemetry/api');
  expect(source('auto')).not.toContain('@opentelemetry/api');
  expect(source('none')).toBe(source('auto'));
});
