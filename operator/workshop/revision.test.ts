import { revisionOf } from './revision.ts';

const revision = revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 } });

test('a revision is the same for the same, in whatever order it is written', () => {
  expect(revisionOf({ quota: { pods: 20 }, lab: { instrumentation: 'auto', jaeger: { maxTraces: 10 } } })).toBe(
    revision,
  );
});

test('what is left out is as what is empty', () => {
  expect(revisionOf({})).toBe(revisionOf({ lab: {}, quota: {}, access: {} }));
});

test.each([
  { lab: { jaeger: { maxTraces: 11 } } },
  { quota: { pods: 21 } },
  { access: { tokenLifetime: '1h' } },
  { lab: {}, quota: { pods: 20 } },
])('with %j it is another', (spec) => {
  expect(
    revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 }, ...spec }),
  ).not.toBe(revision);
});

test('who attends is no part of it', () => {
  expect(revisionOf({ lab: {}, attendees: [{ name: 'ada' }] } as never)).toBe(revisionOf({ lab: {} }));
});

test('it fits into a label', () => {
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
});
