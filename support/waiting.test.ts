import { always, eventually, waitFor } from './waiting.ts';

describe('the function eventually', () => {
  test('calls `look` until it no longer throws, and returns the result of the last call', async () => {
    let looks = 0;
    const answer = await eventually(
      () => {
        if (++looks < 3) throw new Error('not yet');
        return `after ${looks}`;
      },
      { within: 1000, every: 1 },
    );
    expect(answer).toBe('after 3');
  });

  test("throws an error that contains the last attempt's error when the time is up", async () => {
    let looks = 0;
    const look = () => {
      throw new Error(`saw ${++looks}`);
    };
    await expect(eventually(look, { within: 30, every: 10 })).rejects.toThrow(
      /Still failing after .* attempts\)\. Last error:\nsaw [2-9]/,
    );
  });

  test('makes one attempt even if the time limit is 0', async () => {
    await expect(eventually(() => 'there', { within: 0 })).resolves.toBe('there');
  });
});

describe('the function always', () => {
  test('stops at the first attempt that fails, and throws its error', async () => {
    let looks = 0;
    const look = () => expect(++looks).toBeLessThan(3);
    await expect(always(look, { during: 1000, every: 1 })).rejects.toThrow('Received:   3');
  });

  test('resolves if no attempt fails during the whole time', async () => {
    await expect(always(() => undefined, { during: 20, every: 5 })).resolves.toBeUndefined();
  });
});

describe('the function waitFor', () => {
  test('calls `ask` again and again until it returns a value, and returns this value', async () => {
    let asked = 0;
    await expect(waitFor('a third ask', () => (++asked < 3 ? undefined : asked), { every: 1 })).resolves.toBe(3);
  });

  test('throws an error that names the expected value when the time is up', async () => {
    const asking = waitFor('a span', () => undefined, { within: 20, every: 5 });
    await expect(asking).rejects.toThrow('expected a span within 20 ms, found none');
  });

  test('throws the first error of `ask` at once, without another attempt', async () => {
    const ask = () => {
      throw new Error('exit code 1');
    };
    await expect(waitFor('an app', ask)).rejects.toThrow('exit code 1');
  });
});
