import { json, plainCompute, sha256 } from './plain.ts';
import { labValues } from './values.ts';

const compute = plainCompute(labValues.default);

test("JSON is what Go's encoding/json prints", () => {
  const value = {
    b: [1, 1e21, 1e-7, true, null],
    a: { html: '<a&b>', lines: '\u2028\u2029', control: '\b\f\n\u0001' },
  };
  expect(json(value)).toBe(
    '{"a":{"control":"\\b\\f\\n\\u0001","html":"\\u003ca\\u0026b\\u003e","lines":"\\u2028\\u2029"},"b":[1,1e+21,1e-7,true,null]}',
  );
});

test('keys are in the order of their UTF-8 bytes, as Go sorts them', () => {
  expect(json({ '\u{1f3b2}': 1, '\uff61': 2, Z: 3, a: 4 })).toBe('{"Z":3,"a":4,"\uff61":2,"\u{1f3b2}":1}');
});

test('SHA-256 is of the UTF-8 bytes, in lower-case hexadecimal', () => {
  expect(sha256('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});

test("a list's entry is kept only where it comes first", () => {
  expect(compute.union(['a', 'b'], ['b', 'c'], ['a'])).toEqual(['a', 'b', 'c']);
});

test('settings given for a component win over the built-in ones, setting by setting, also when they are false or empty', () => {
  expect(compute.overlay({ batch: { timeout: '1s', size: 5 } }, { batch: { timeout: '' }, new: {} })).toEqual({
    batch: { timeout: '', size: 5 },
    new: {},
  });
});

test('only components with the prefix are completed, and only with what they lack', () => {
  const all = { 'otlp/a': { queue: 1 }, otlphttp: {}, debug: {} };
  expect(compute.complete(all, 'otlp', { queue: 9 })).toEqual({
    'otlp/a': { queue: 1 },
    otlphttp: { queue: 9 },
    debug: {},
  });
});

test('components are lines of YAML with JSON in them', () => {
  expect(compute.componentLines({ nop: {}, 'otlp/a': { tls: { insecure: true } } })).toBe(
    '  "nop": {}\n  "otlp/a":\n    "tls": {"insecure":true}\n',
  );
});

test('a name that is not defined is refused, with where it stands and what could stand there', () => {
  expect(() => compute.defined('some.path', ['a', 'c'], { b: {}, a: {} })).toThrow(
    'some.path names "c", which is not defined. Use one of: a, b; or define it.',
  );
});

test("the environment is sorted, the user's variables win, and numbers and flags become text", () => {
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
] as const)('a Service of type %s with node port %d gets %s', (type, nodePort, expected) => {
  expect(compute.nodePort({ type, nodePort, port: 80 })).toBe(expected);
});

test("the dice's hand-written example is used at the level manual only", () => {
  const source = (instrumentation: 'none' | 'auto' | 'manual'): string =>
    plainCompute({ ...labValues.default, instrumentation }).ownText('app.ts').current;
  expect(source('manual')).toContain('@opentelemetry/api');
  expect(source('auto')).not.toContain('@opentelemetry/api');
  expect(source('none')).toBe(source('auto'));
});
