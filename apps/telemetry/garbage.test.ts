import { collectorOfGrowth } from './garbage.ts';

const MEBIBYTE = 2 ** 20;

test('collects garbage only after the heap has grown by 1 MiB since the collection before', () => {
  let heap = 15 * MEBIBYTE;
  let collections = 0;
  const look = collectorOfGrowth(
    () => {
      collections += 1;
      heap = 12 * MEBIBYTE;
    },
    () => heap,
  );
  const looks = [15, 12.9, 13, 12.9].map((size) => {
    heap = size * MEBIBYTE;
    look();
    return collections;
  });
  expect(looks).toEqual([1, 1, 2, 2]);
});
