import { visitorOf } from './visitors.ts';

test('every combination of browser, plugins and version comes to play', () => {
  const visits = Array.from({ length: 30 }, (_, round) => visitorOf(round));
  const combinations = new Set(
    visits.map(({ userAgent, plugins, clientVersion }) => [userAgent, plugins, clientVersion].join()),
  );
  expect(combinations.size).toBe(30);
});

test('the same round always brings the same visitor', () => {
  expect(visitorOf(12)).toEqual(visitorOf(12));
});
