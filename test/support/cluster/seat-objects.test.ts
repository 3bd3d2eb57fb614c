import { LABELS } from '../../../operator/api/types.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import { kindsOfSeats, seatNames, seatObjects } from './seat-objects.ts';

const objects = seatObjects('class', 'class-seat-1');

test("lists a seat's namespace first, and puts all other objects into it", () => {
  const [namespace, ...others] = objects;
  expect(namespace).toMatchObject({ kind: 'Namespace', metadata: { name: 'class-seat-1' } });
  expect(new Set(others.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['class-seat-1']));
});

test('lists each object of a seat once, with the label of the Workshop', () => {
  expect(new Set(objects.map((object) => `${object.kind} ${keyOf(object)}`)).size).toBe(objects.length);
  expect(objects.filter(({ metadata }) => metadata.labels?.[LABELS.workshop] !== 'class')).toEqual([]);
});

test("lists the kinds of a seat's objects", () => {
  expect(new Set(kindsOfSeats().map(({ kind }) => kind))).toEqual(new Set(objects.map(({ kind }) => kind)));
});

test('pads the numbers in seat names with zeros to equal length', () => {
  expect(seatNames('class', 12).filter((_, index) => index === 0 || index === 11)).toEqual([
    'class-seat-01',
    'class-seat-12',
  ]);
});
