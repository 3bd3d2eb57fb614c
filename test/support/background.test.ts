import { setTimeout as sleep } from 'node:timers/promises';
import { useBackground } from './background.ts';

const order: string[] = [];
const act = (name: string): void => void order.push(name);

const background = useBackground();

test('runs while a test above it waits', async () => {
  while (order.length < 3) await sleep(1);
  expect(order).toEqual(['first', 'second', 'third']);
});

describe('tests in the background', () => {
  background('run from the beginning of the file', async () => {
    await sleep(1);
    act('first');
  });

  background('run one after the other', async () => {
    await sleep(1);
    act('second');
    expect(order).toEqual(['first', 'second']);
  });

  background('end before the next test of the file begins', () => Promise.resolve(act('third')));

  test('have all ended at their place in the file', () => expect(order).toHaveLength(3));
});
