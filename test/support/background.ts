// Tests that run while the other tests of their file run. Tests on a cluster mostly wait, so this saves time.

type Body = () => Promise<unknown>;

/** A function like jest's `test`. */
export type Test = (title: string, body: Body, timeout?: number) => void;

/**
 * Provides a `test` for a sequence of tests. They begin when the `beforeAll` hooks above this call have ended, and run
 * one after the other, while the file's other tests run. Each test's time limit counts from its place in the file.
 */
export function useBackground(): Test {
  const bodies: Body[] = [];
  const results: Promise<unknown>[] = [];
  beforeAll(() => {
    for (const body of bodies) results.push(settled(results.at(-1)).then(body));
    void Promise.allSettled(results); // without this, Node would end the process on a failure that no test awaits yet
  });
  return (title, body, timeout) => {
    const index = bodies.push(body) - 1;
    test(title, async () => void (await results[index]), timeout);
  };
}

const settled = (earlier: Promise<unknown> | undefined): Promise<unknown> => Promise.allSettled([earlier]);
