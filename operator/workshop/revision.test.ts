import { revisionOf } from './revision.ts';

const revision = revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 } });

test('is the same in any order of keys', () => {
  expect(revisionOf({ quota: { pods: 20 }, lab: { instrumentation: 'auto', jaeger: { maxTraces: 10 } } })).toBe(
    revision,
  );
});

test('treats a missing part like an empty one', () => {
  expect(revisionOf({})).toBe(revisionOf({ lab: {}, quota: {}, access: {} }));
});

test.each([
  { lab: { jaeger: { maxTraces: 11 } } },
  { quota: { pods: 21 } },
  { access: { tokenLifetime: '1h' } },
  { lab: {}, quota: { pods: 20 } },
])('differs for %j', (spec) => {
  expect(
    revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 }, ...spec }),
  ).not.toBe(revision);
});

test('does not depend on the attendees', () => {
  expect(revisionOf({ lab: {}, attendees: [{ name: 'ada' }] } as never)).toBe(revisionOf({ lab: {} }));
});

test('fits into a label', () => {
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
});
