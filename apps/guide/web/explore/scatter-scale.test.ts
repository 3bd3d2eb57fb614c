import { scaleOf, ticksOf } from './scatter-scale.ts';

test('draws later traces further right and slower ones higher, within the plot', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => ({ start: index, duration: 0.5 + index / 10 }));
  const scale = scaleOf(rows, 400, 260);
  const [x, y] = [rows.map(({ start }) => scale.x(start)), rows.map(({ duration }) => scale.y(duration))];
  expect(x).toEqual(x.toSorted((a, b) => a - b));
  expect(y).toEqual(y.toSorted((a, b) => b - a));
  expect([Math.min(...x.slice(0, 9)) >= scale.left, (x.at(-1) ?? 0) <= 400, (y.at(-1) ?? 0) >= 0]).toEqual([
    true,
    true,
    true,
  ]);
});

test('labels powers of ten, and as many times as there is room for', () => {
  const rows = [
    { start: 0, duration: 3 },
    { start: 60_000, duration: 700 },
  ];
  expect(ticksOf(scaleOf(rows, 400, 260))).toMatchObject({ durations: [1, 10, 100, 1_000], times: { length: 3 } });
  expect(ticksOf(scaleOf([], 400, 260))).toEqual({ durations: [1, 10, 100, 1_000, 10_000], times: [] });
  expect(ticksOf(scaleOf(rows.slice(0, 1), 400, 260)).times).toEqual([]);
});

test('tells durations of microseconds apart, and draws a duration of 0 at the bottom', () => {
  const rows = [0, 0.0005, 0.02, 0.06, 3].map((duration, start) => ({ start, duration }));
  const scale = scaleOf(rows, 400, 260);
  expect(rows.map(({ duration }) => Math.round(scale.y(duration)))).toEqual([236, 236, 162, 136, 40]);
  expect(ticksOf(scale).durations).toEqual([0.001, 0.01, 0.1, 1, 10]);
});
