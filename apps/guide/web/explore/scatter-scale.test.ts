import { scaleOf, shownTimes, ticksOf } from './scatter-scale.ts';

describe('the times that the plot shows', () => {
  const now = Date.UTC(2026, 10, 30, 12);
  const [minute, hour] = [60_000, 3_600_000];
  const minutesAgo = (...minutes: readonly number[]) => minutes.map((count) => now - count * minute);
  const lastHour = minutesAgo(...Array.from({ length: 60 }, (_, index) => index));
  const shown = (starts: readonly number[]) => {
    const [from, until] = shownTimes(starts, now);
    return starts.filter((start) => start >= from && start <= until);
  };

  test('leave out a trace of 1970 and one of the future, wherever the others are', () => {
    expect(shown([0, ...lastHour, now + hour])).toEqual(lastHour);
    expect(shown([0, now - minute])).toEqual([now - minute]);
    expect(shown([now - minute, now + 2 * minute])).toEqual([now - minute]);
  });

  test('cover all traces of a day, and many from before', () => {
    const day = minutesAgo(11 * 60, 5 * 60, 1);
    expect(shown(day)).toEqual(day);
    const yesterday = lastHour.map((start) => start - 24 * hour);
    expect(shown([...yesterday, now - minute])).toEqual([...yesterday, now - minute]);
  });

  test('cover those of the future and of 1970 if there are no others', () => {
    expect(shown([now + hour])).toEqual([now + hour]);
    expect(shown([0, 1, 2])).toEqual([0, 1, 2]);
    expect(shown([])).toEqual([]);
  });
});

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
