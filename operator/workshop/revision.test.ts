import { revisionOf } from './revision.ts';

const revision = revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 } });

test('gives the same revision for any order of keys', () => {
  expect(revisionOf({ quota: { pods: 20 }, lab: { instrumentation: 'auto', jaeger: { maxTraces: 10 } } })).toBe(
    revision,
  );
});

test('gives the same revision for a missing part and an empty one', () => {
  expect(revisionOf({})).toBe(revisionOf({ lab: {}, quota: {}, access: {} }));
});

test.each([
  { lab: { jaeger: { maxTraces: 11 } } },
  { quota: { pods: 21 } },
  { access: { tokenLifetime: '1h' } },
  { lab: {}, quota: { pods: 20 } },
])('gives another revision for %j', (spec) => {
  expect(
    revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 }, ...spec }),
  ).not.toBe(revision);
});

test('gives the same revision for other attendees', () => {
  expect(revisionOf({ lab: {}, attendees: [{ name: 'ada' }] } as never)).toBe(revisionOf({ lab: {} }));
});

test('returns a revision that fits into a label value', () => {
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
});
