import { inFieldOrder } from './field-order.ts';

const text = (value: unknown): string => JSON.stringify(inFieldOrder(value));

test('puts well-known manifest fields first, and keeps the order of all other fields', () => {
  const pod = {
    spec: { containers: [{ env: [], image: 'a', name: 'b' }], nodeSelector: {} },
    kind: 'Pod',
    metadata: {},
  };
  expect(text({ b: 1, a: 2 })).toBe('{"b":1,"a":2}');
  expect(text(pod)).toBe(
    '{"kind":"Pod","metadata":{},"spec":{"containers":[{"name":"b","image":"a","env":[]}],"nodeSelector":{}}}',
  );
});

test('keeps the field order inside a CRD schema', () => {
  expect(text({ openAPIV3Schema: { properties: { spec: {}, kind: {} } } })).toBe(
    '{"openAPIV3Schema":{"properties":{"spec":{},"kind":{}}}}',
  );
});
