import { revisionOf as revisionWith } from './revision.ts';
import { LAB_HASH } from './testing/fixtures.ts';

const revisionOf = (spec: Parameters<typeof revisionWith>[0]): string => revisionWith(spec, LAB_HASH);

const revision = revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 } });

test("returns the same revision for any order of the spec's keys", () => {
  expect(revisionOf({ quota: { pods: 20 }, lab: { instrumentation: 'auto', jaeger: { maxTraces: 10 } } })).toBe(
    revision,
  );
});

test('returns the same revision for an empty part of the spec as for a missing part', () => {
  expect(revisionOf({})).toBe(revisionOf({ lab: {}, quota: {}, access: {} }));
});

test.each([
  { lab: { jaeger: { maxTraces: 11 } } },
  { quota: { pods: 21 } },
  { access: { tokenLifetime: '1h' } },
  { lab: {}, quota: { pods: 20 } },
])('returns another revision if the spec contains %j', (spec) => {
  expect(
    revisionOf({ lab: { jaeger: { maxTraces: 10 }, instrumentation: 'auto' }, quota: { pods: 20 }, ...spec }),
  ).not.toBe(revision);
});

test('returns another revision if another release of the operator renders the lab', () => {
  expect(revisionWith({}, 'another-hash')).not.toBe(revisionOf({}));
});

test('returns the same revision if only the attendees change', () => {
  expect(revisionOf({ lab: {}, attendees: [{ name: 'ada' }] } as never)).toBe(revisionOf({ lab: {} }));
});

test('returns a revision that fits into a label value', () => {
  expect(revision).toMatch(/^[0-9a-f]{12}$/);
});
