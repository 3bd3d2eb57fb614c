import { visitorOf } from './visitors.ts';

test('covers every combination of browser, browser plugins and client version in 30 rounds', () => {
  const visits = Array.from({ length: 30 }, (_, round) => visitorOf(round));
  const combinations = new Set(
    visits.map(({ userAgent, plugins, clientVersion }) => [userAgent, plugins, clientVersion].join()),
  );
  expect(combinations.size).toBe(30);
});

test('returns the same visitor for the same round', () => {
  expect(visitorOf(12)).toEqual(visitorOf(12));
});
