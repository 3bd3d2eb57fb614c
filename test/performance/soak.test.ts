import { rowsOf } from './soak.ts';

/** Two hours in which a lab of two pods grows by 30 MiB in the first hour, and by `later` MiB in the second. */
const samples = (later: number) =>
  Array.from({ length: 121 }, (_, minute) => ({
    guide: 40,
    jaeger: minute <= 60 ? 160 + minute / 2 : 190 + (later * (minute - 60)) / 60,
  }));

test('gives the sizes after 5, 60 and 120 minutes, and the growth in the second hour', () => {
  const rows = rowsOf(samples(6));
  expect(rows.map(({ value }) => Number(value.toFixed(1)))).toEqual([
    202.5, 40, 162.5, 230, 40, 190, 236, 40, 196, 3.1,
  ]);
  expect(rows.at(-1)?.samples).toEqual([228.75, 235.75]);
});

test('takes the halves of a shortened trial as its hours', () => {
  const rows = rowsOf(samples(6).slice(0, 11));
  expect(rows.filter(({ what }) => what.startsWith('working set')).map(({ what }) => what)).toEqual(
    [1, 5, 10].map((minute) => expect.stringContaining(`after ${minute} minutes`) as string),
  );
});
