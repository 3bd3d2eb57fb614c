import { createProgress, liveText } from './progress.ts';

const ERASE = '\r\x1b[K';

function recorder(isTTY: boolean): {
  written: string[];
  stream: { write(text: string): void; isTTY: boolean; columns: number };
} {
  const written: string[] = [];
  return { written, stream: { write: (text) => void written.push(text), isTTY, columns: 40 } };
}

test('prints, without a terminal, a line when a step starts and a line with its duration when it ends', async () => {
  const { written, stream } = recorder(false);
  let now = 0;
  await createProgress(stream, () => now).step('Build etcd', () => Promise.resolve((now = 48_100)), { estimate: 49 });
  expect(written).toEqual(['… Build etcd (about 49.0 s)\n', '✓ Build etcd  48.1 s\n']);
});

test('returns the value that the work of a step returns', async () => {
  await expect(createProgress(recorder(false).stream).step('x', () => Promise.resolve(7))).resolves.toBe(7);
});

test('marks a failed step with ✗, and throws its error again', async () => {
  const { written, stream } = recorder(false);
  const failing = createProgress(stream, () => 0).step('Build etcd', () => Promise.reject(new Error('no disk')));
  await expect(failing).rejects.toThrow('no disk');
  expect(written.at(-1)).toBe('✗ Build etcd  0.0 s\n');
});

test('indents steps that run inside another step', async () => {
  const { written, stream } = recorder(false);
  await createProgress(stream, () => 0).step('outer', (outer) =>
    outer.step('inner', (inner) => Promise.resolve(inner.note('done'))),
  );
  expect(written).toEqual(['… outer\n', '  … inner\n', '    done\n', '  ✓ inner  0.0 s\n', '✓ outer  0.0 s\n']);
});

test("overwrites the progress line on a terminal, and cuts it to the terminal's width", async () => {
  const { written, stream } = recorder(true);
  await createProgress(stream, () => 0).step('a title that is a good deal longer than the line it has to fit on', () =>
    Promise.resolve(),
  );
  expect(written[0]).toContain(`${ERASE}⠋ a title`);
  expect(written[0]?.replace(ERASE, '')).toHaveLength(39);
  expect(written.at(-1)?.startsWith(`${ERASE}✓ a title`)).toBe(true);
});

test('names every innermost running step in the progress line, with its estimate and its detail', () => {
  const step = (title: string, depth: number, estimate?: number): Parameters<typeof liveText>[0][number] => ({
    title,
    depth,
    began: 0,
    estimate,
    detail: title === 'etcd' ? 'linking' : '',
  });
  expect(liveText([step('components', 0), step('kubelet', 1, 180), step('etcd', 1)], 12_000)).toBe(
    'kubelet 12.0 s of about 3 min 00 s · etcd 12.0 s: linking',
  );
});
